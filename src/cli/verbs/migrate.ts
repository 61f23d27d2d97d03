/** `kuroko migrate`: the schema forward, back, or as it stands. */
import { loadConfig } from '../../config.ts';
import { migrateLatest, migrateRollback, migrateStatus } from '../../store/migrate.ts';
import { printJson, printLine } from '../print.ts';
import { databaseUrl } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

/** Exit 1 with `--status` when something is pending. */
export async function migrateVerb(
  outside: Outside,
  options: Json & { readonly status?: true; readonly rollback?: true },
): Promise<number> {
  const url = await databaseUrl(loadConfig(process.env), outside);
  if (options.status) {
    const { applied, pending } = await migrateStatus(url);
    if (options.json) printJson({ applied, pending });
    else {
      for (const name of applied) printLine(`applied  ${name}`);
      for (const name of pending) printLine(`pending  ${name}`);
    }
    return pending.length === 0 ? 0 : 1;
  }
  const back = options.rollback === true;
  const names = back ? await migrateRollback(url) : await migrateLatest(url);
  if (options.json) printJson(back ? { rolled_back: names } : { migrated: names });
  else if (names.length === 0) printLine(back ? 'Nothing to take back.' : 'Nothing to do.');
  else for (const name of names) printLine(`${back ? 'taken back' : 'applied'}  ${name}`);
  return 0;
}
