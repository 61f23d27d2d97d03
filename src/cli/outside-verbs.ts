/** The verbs about what goes out: definitions as files. */
import { json, type Json } from './json-option.ts';
import type { Command } from 'commander';
import type { Outside } from './outside.ts';
import type { Run } from './run-verb.ts';

export function addOutsideVerbs(program: Command, outside: Outside, run: Run): void {
  const verb = (usage: string, description: string): Command =>
    program.command(usage).description(description);
  verb('export [folder]', 'writes all definitions as YAML files; without a folder to stdout')
    .option('--force', 'also over files that were changed since, or that something else wrote')
    .option(...json)
    .action(
      run(async (folder: string | undefined, o: Json & { force?: true }) =>
        (await import('./verbs/export.ts')).exportVerb(outside, folder, o),
      ),
    );
}
