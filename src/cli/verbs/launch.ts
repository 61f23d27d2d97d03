/** `kuroko launch`: launches a job, with a script of its own if one is given, and follows it if asked to. */
import { randomUUID } from 'node:crypto';
import { CommanderError } from 'commander';
import { invalid } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { launch, type Launched, type LaunchWish } from '../../operations/launch.ts';
import { parseEnv } from '../../operations/parse-env.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { followInstance } from '../follow-instance.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { readInput } from '../read-input.ts';
import { stateNames } from '../row-text.ts';
import { withSession, type Session } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export interface LaunchFlags extends Json {
  readonly wait?: true;
  readonly env: readonly string[];
  readonly scriptFile?: string;
}

/** Exit 1 when the launch was prevented, or, with `--wait`, when it did not end in SUCCESS. */
export function launchVerb(
  outside: Outside,
  job: string,
  pairs: readonly string[],
  options: LaunchFlags,
): Promise<number> {
  const parsed = parseEnv([...pairs, ...options.env]);
  if (!parsed.ok) {
    printNote(parsed.problems.join('\n'));
    throw new CommanderError(2, 'kuroko.pairs', 'not an environment');
  }
  return withSession(outside, async (session) => {
    const script = await scriptIn(options.scriptFile);
    const launched = await launchOnce(session, job, { env: parsed.env, ...script });
    const { instanceId: id, definitionId: definition_id, preventedBy: prevented_by } = launched;
    if (!options.json) {
      const reason = prevented_by === null ? '' : `: #${prevented_by} is in the way`;
      printLine(`#${id} ${stateNames[launched.status]}${reason}`);
    }
    const waits = options.wait === true && launched.status === 'working';
    const status = waits ? await followed(session, id, options) : launched.status;
    if (options.json) printJson({ id, definition_id, status, prevented_by });
    const fine = options.wait ? status === 'success' : status !== 'canceled';
    return fine ? 0 : 1;
  });
}

/** One that cannot be read is told before anything is launched. */
async function scriptIn(file: string | undefined): Promise<Pick<LaunchWish, 'script'>> {
  if (file === undefined) return {};
  const input = await readInput(file);
  if ('problem' in input) throw invalid(`Nothing was launched: ${input.problem}`);
  return { script: input.text };
}

async function launchOnce(
  { config, db, facts, actor }: Session,
  job: string,
  run: Pick<LaunchWish, 'env' | 'script'>,
): Promise<Launched> {
  const launchKey = `cli:${randomUUID()}`;
  return inTransaction(db, async (tx) => {
    const definition = await resolveDefinition(tx, job);
    await authorise(tx, { actor, action: 'launch', definition, policy: config.slack });
    if (run.script !== undefined)
      await authorise(tx, { actor, action: 'edit', definition, policy: config.slack });
    const wish = { definitionId: definition.id, ...run, actor, launchKey };
    const [one] = await launch(tx, [{ ...wish, from: 'cli', channel: null }], facts);
    if (one === undefined) throw new Error('a launch came back without an instance');
    return one;
  });
}

async function followed({ db }: Session, id: number, { json }: Json) {
  const { status } = await followInstance(db, id);
  if (json) return status;
  if (status === 'error') {
    printLine(`#${id} ERROR. See: kuroko logs ${id}. Then: kuroko retry, skip or cancel ${id}`);
  } else printLine(`#${id} ${stateNames[status]}`);
  return status;
}
