/** What tests of operations share: a database, a definition, people. */
import { randomUUID } from 'node:crypto';
import { commandDefaults } from '../../src/config.ts';
import { engineFacts, type EngineFacts } from '../../src/operations/engine-facts.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launch, type Launched } from '../../src/operations/launch.ts';
import { newDefinition } from '../../src/operations/new-definition.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { openDatabase, type Database, type Tx } from '../../src/store/database.ts';
import type { Actor } from '../../src/operations/actor.ts';
import type { Definition, DefinitionFields } from '../../src/store/definitions.ts';

export const facts: EngineFacts = engineFacts(commandDefaults);

export function member(name: string): Actor {
  return {
    kind: 'slack',
    id: `U${name.toUpperCase()}`,
    name,
    teamId: 'T1',
    place: 'C1',
    standing: 'member',
  };
}

export const fieldsOf = (
  script: string,
  more: Partial<DefinitionFields> = {},
): DefinitionFields => ({
  ...newDefinition,
  name: 'nightly-report',
  script,
  preventMulti: 'none',
  ...more,
});

export async function define(
  db: Database,
  script: string,
  more: Partial<DefinitionFields> = {},
): Promise<Definition> {
  const wish = {
    id: null,
    version: null,
    fields: fieldsOf(script, more),
    admins: ['alice@example.com'],
    actor: member('alice'),
  };
  return (await inTransaction(db, (tx) => saveDefinition(tx, wish, facts))).definition;
}

interface LaunchOptions {
  readonly env?: Record<string, string>;
  readonly launchKey?: string;
}

export function launchOne(
  db: Database,
  definitionId: number,
  more: LaunchOptions = {},
): Promise<Launched> {
  return inTransaction(db, (tx) => launchIn(tx, definitionId, more));
}

/** In a transaction that goes on. */
export async function launchIn(
  tx: Tx,
  definitionId: number,
  { env = {}, launchKey = randomUUID() }: LaunchOptions = {},
): Promise<Launched> {
  const from = 'slack' as const;
  const wish = { definitionId, env, actor: member('alice'), from, launchKey, channel: 'C1' };
  const [launched] = await launch(tx, [wish], facts);
  if (launched === undefined) throw new Error('nothing was launched');
  return launched;
}

/** One batch, as a scheduler launches. */
export function launchMany(db: Database, definitionId: number, count: number): Promise<Launched[]> {
  const wishes = Array.from({ length: count }, () => ({
    definitionId,
    env: {},
    actor: member('alice'),
    from: 'schedule' as const,
    launchKey: randomUUID(),
    channel: null,
  }));
  return inTransaction(db, (tx) => launch(tx, wishes, facts));
}

/** Registers an executor of `@default` with some workers; returns their ids. */
export async function someWorkers(db: Database, count: number, host = 'h1'): Promise<number[]> {
  const { registerExecutor } = await import('../../src/store/executors.ts');
  const place = {
    host,
    queue: '@default',
    epoch: 'e1',
    bootId: 'b',
    pid: 1,
    kind: 'start' as const,
  };
  const { workers } = await inTransaction(db, (tx) => registerExecutor(tx, place, count));
  return workers.map(({ id }) => id);
}

export { openDatabase };
