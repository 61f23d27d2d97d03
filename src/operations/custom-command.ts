/** A task of `custom_tasks` as the engine runs it: its template compiled, with `shellescape` in it. */
import { createRequire } from 'node:module';
import type HandlebarsModule from 'handlebars';
import { invalid } from '../errors.ts';
import type { CustomTask } from '../config.ts';
import type { CustomCommand } from '../workflow/facts.ts';

/** Throws Invalid when the template cannot be filled in: what is said here once can never fail later. */
export function customCommand(word: string, { shell, chdir, env }: CustomTask): CustomCommand {
  const template = handlebars().compile<{ option: string }>(shell, {
    noEscape: true,
    knownHelpers: { shellescape: true },
  });
  const filled = (option: string): string => template({ option });
  try {
    filled('');
  } catch (error) {
    throw invalid(`The command of the custom task ${word} is no template.`, [
      `custom_tasks.${word}.shell: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
  return { shell: filled, chdir, env };
}

type Handlebars = typeof HandlebarsModule;

let compiler: Handlebars | undefined;

/** Loaded for the first custom task: it takes 8 MB of each thread, and most configurations have none. */
function handlebars(): Handlebars {
  if (compiler !== undefined) return compiler;
  const loaded = createRequire(import.meta.url)('handlebars') as Handlebars;
  compiler = loaded.create();
  compiler.registerHelper('shellescape', (text: unknown) =>
    shellescape(typeof text === 'string' ? text : ''),
  );
  return compiler;
}

/** One word of a shell command line, whatever is in it: as Ruby's `Shellwords.escape`. */
export function shellescape(text: string): string {
  if (text === '') return "''";
  return text.replaceAll(/[^\w\-.,:+/@\n]/gu, String.raw`\$&`).replaceAll('\n', "'\n'");
}
