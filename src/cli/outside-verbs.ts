/** The verbs about what comes from outside and goes there: files, another Kuroko, hooks. */
import { admins, ids, person } from './arguments.ts';
import { json, type Json } from './json-option.ts';
import type { Command } from 'commander';
import type { Outside } from './outside.ts';
import type { Run } from './run-verb.ts';
import type { ImportFlags } from './verbs/import.ts';

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
  verb('import', 'reads the definitions of a running Kuroko2, and says what changes for them')
    .requiredOption('--url <address>', 'of its pages: https://kuroko2.example.com')
    .option('--client <name:key>', 'of its API; better: KUROKO2_CLIENT, which nobody else sees')
    .option('--dry-run', 'only say what would be imported')
    .option('--user <n=who>', 'its user n is alice@example.com, or U012AB3CD', person, new Map())
    .option('--admin <who>', 'admin of new ones of whose admins nobody is known', admins, [])
    .option('--skip <id>', 'leaves this one out; may be given several times', ids, [])
    .option('--suspended', 'new ones come suspended, and the others stay as they are here')
    .option(...json)
    .action(
      run(async (o: ImportFlags) => (await import('./verbs/import.ts')).importVerb(outside, o)),
    );
  verb('hook <job>', 'shows the addresses that launch a job from outside, or makes or removes one')
    .argument('[deed]', 'create, rotate or remove')
    .argument('[name]', 'of the hook')
    .argument('[mapping...]', 'KEY=ref or KEY=/commits/0/id: variables with values of the body')
    .option(...json)
    .action(
      run(
        async (
          job: string,
          deed: string | undefined,
          name: string | undefined,
          mapping: string[],
          o: Json,
        ) => (await import('./verbs/hook.ts')).hookVerb(outside, { job, deed, name, mapping }, o),
      ),
    );
}
