/** Puts `***` in the place of secrets in a stream of bytes, wherever it is cut. */
import { Buffer } from 'node:buffer';
import { createSecretFinder, type SecretFinder } from './secret-finder.ts';

export type Masker = {
  /** What may be shown now, until the next call. What may be the beginning of a secret is held back. */
  readonly push: (chunk: Buffer) => Buffer;
  readonly holdsBack: () => boolean;
  /** Nothing has come for a while: what may be shown of what is held back, without giving away more than three bytes of it. */
  readonly release: () => Buffer;
  /** Nothing comes any more: all that was held back. */
  readonly end: () => Buffer;
};

const STARS = Buffer.from('***');
const NOTHING = Buffer.alloc(0);
/** In characters. Whatever is shorter would mask half of an ordinary text. */
const SHORTEST = 6;
/**
 * An output that ends, for now, like the beginning of a secret must be shown some time (a prompt, dots of progress), and a
 * secret that somebody types must not be shown bit by bit. So the first three bytes of a beginning may be shown before the rest
 * is known; when it turns out to be the secret, `***` stands for the rest.
 */
const MAY_BE_GIVEN_AWAY = 3;

/**
 * Every occurrence becomes `***`; occurrences that overlap become one, so that nothing of any is left. Each line of a secret of
 * several lines counts as one itself, because logs are shown by the line. Only the values as they stand are known: base64, URL
 * encoding, JSON escapes and the like of them are not.
 *
 * @returns null when there is nothing to be masked
 */
export function createMasker(secrets: readonly string[]): Masker | null {
  const values = valuesOf(secrets);
  return values.length === 0 ? null : maskerOf(createSecretFinder(values));
}

function valuesOf(secrets: readonly string[]): Buffer[] {
  const values = secrets.flatMap((secret) => [secret, ...secret.split(/[\r\n]+/)]);
  const longEnough = values.filter((value) => value.length >= SHORTEST);
  return [...new Set(longEnough)].map((value) => Buffer.from(value));
}

function maskerOf(finder: SecretFinder): Masker {
  /** From the first byte on that may belong to an occurrence whose end has not come yet. */
  let held = NOTHING;
  /** How much of it is shown, or stands behind a `***` that is. */
  let shown = 0;
  /** Up to where in it the last `***` reaches that was shown: an occurrence that begins before goes on with that one. */
  let masked = 0;

  /** Shows whatever is masked for certain, and the rest up to a position. */
  function show(data: Buffer, until: number): Buffer {
    const pieces: Buffer[] = [];
    const showPlain = (to: number) => {
      if (to > shown) pieces.push(data.subarray(shown, to));
      shown = Math.max(shown, to);
    };
    for (const { start, end } of finder.find(data)) {
      if (end <= shown) continue;
      showPlain(Math.min(start, until));
      if (shown < start) break;
      // Right behind the last `***`, and within what may still turn out to go on with that one.
      if (start > until && start === masked) break;
      if (start >= masked) pieces.push(STARS);
      shown = end;
      masked = end;
    }
    showPlain(until);
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
  }

  function push(chunk: Buffer): Buffer {
    const data = held.length === 0 ? chunk : join(held, chunk);
    const open = finder.openFrom(data);
    const text = show(data, open);
    // A copy: the chunk and what it was joined in are overwritten.
    held = open === data.length ? NOTHING : Buffer.from(data.subarray(open));
    shown -= open;
    masked = Math.max(0, masked - open);
    return text;
  }

  function release(): Buffer {
    let plain = 0;
    let until = 0;
    for (const { start, end } of [...finder.find(held), { start: held.length, end: held.length }]) {
      const next = Math.min(Math.max(start - until, 0), MAY_BE_GIVEN_AWAY - plain);
      plain += next;
      until += next;
      if (until < start) break;
      until = Math.max(until, end);
    }
    return show(held, until);
  }

  function rest(): Buffer {
    const text = show(held, held.length);
    held = NOTHING;
    shown = 0;
    masked = 0;
    return text;
  }

  return { push, holdsBack: () => shown < held.length, release, end: rest };
}

let joined = Buffer.allocUnsafeSlow(128 * 1024);

/** In one place for all: a buffer of its own for every chunk would be 30 MB of garbage under a flood. */
function join(held: Buffer, chunk: Buffer): Buffer {
  const length = held.length + chunk.length;
  if (length > joined.length) joined = Buffer.allocUnsafeSlow(length * 2);
  held.copy(joined);
  chunk.copy(joined, held.length);
  return joined.subarray(0, length);
}
