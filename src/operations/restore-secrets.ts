/** A script that somebody was shown with its secrets masked, and has changed. */
import type { Mask } from '../workflow/mask.ts';

export type Restored =
  | { readonly ok: true; readonly script: string }
  /** `(line N) ...` sentences, N being the line of what was edited. */
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Lines that are left as they were shown, further in or out, are again what they stood for. Of the
 * others none may hold `***` as long as a line with a secret is missing: it would be taken for it.
 */
export function restoreSecrets(edited: string, original: string, mask: Mask): Restored {
  const own = trimmedLines(original);
  const shown = trimmedLines(mask.script(original));
  if (shown.length !== own.length) return refused(['A secret of several lines is part of it.']);
  const hidden = new Map<string, string[]>();
  for (const [index, line] of own.entries()) {
    const stars = shown[index] ?? line;
    if (stars !== line) hidden.set(stars, [...(hidden.get(stars) ?? []), line]);
  }
  const lines = edited.replaceAll('\r\n', '\n').split('\n');
  const missing = new Set(
    [...hidden].flatMap(([stars, secrets]) =>
      lines.filter((line) => line.trim() === stars).length === secrets.length ? [] : [stars],
    ),
  );
  const problems: string[] = [];
  const script = lines.map((line, index) => {
    const text = line.trim();
    const secrets = hidden.get(text) ?? [];
    // Which of several is left nobody can tell, unless they are the same.
    const known = !missing.has(text) || new Set(secrets).size === 1;
    const secret = known && secrets.length > 1 ? secrets.shift() : secrets[0];
    if (secret !== undefined && known) return line.replace(text, () => secret);
    if (text.includes('***') && missing.size > 0 && !own.includes(text)) {
      problems.push(
        `(line ${index + 1}) \`***\` stands for a secret: write its value, or leave the line as it was.`,
      );
    }
    return line;
  });
  return problems.length > 0 ? refused(problems) : { ok: true, script: script.join('\n') };
}

const trimmedLines = (text: string): string[] => text.split('\n').map((line) => line.trim());

const refused = (problems: readonly string[]): Restored => ({ ok: false, problems });
