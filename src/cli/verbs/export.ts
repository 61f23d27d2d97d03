/** `kuroko export`: definitions as YAML files, which `kuroko apply` reads back. */
import { exportedDefinitions } from '../../store/exported-definitions.ts';
import { definitionYaml } from '../definition-yaml.ts';
import { writeFolder } from '../export-folder.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { withSession } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

/** Without a folder all of them go to standard output, as one file. */
export function exportVerb(
  outside: Outside,
  folder: string | undefined,
  { force, json }: Json & { readonly force?: true },
): Promise<number> {
  return withSession(outside, async ({ db }) => {
    const definitions = await exportedDefinitions(db);
    if (folder === undefined) {
      const documents = definitions.map(definitionYaml);
      // Written as they are: what is read back must be the same.
      process.stdout.write(documents.join('---\n'));
      return 0;
    }
    const changes = await writeFolder(folder, definitions, { force: force === true });
    if (json) {
      printJson({ files: changes });
      return 0;
    }
    for (const { file, action } of changes)
      if (action !== 'keep') printLine(`${said[action]} ${file}`);
    const kept = changes.filter(({ action }) => action === 'keep').length;
    printNote(`${definitions.length} definitions exported, ${kept} of their files as they were.`);
    return 0;
  });
}

const said = { write: 'wrote', remove: 'removed' } as const;
