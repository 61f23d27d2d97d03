// The tasks of the language as threads and guardian run them: nobody ends a command or wakes a token by hand.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandDefaults } from '../../src/config.ts';
import { engineFacts } from '../../src/operations/engine-facts.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launch } from '../../src/operations/launch.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { findInstance } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { define, fieldsOf, launchOne, member, openDatabase } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

const config = {
  ...commandDefaults,
  killGrace: 1,
  customTasks: {
    greet: {
      shell: 'echo greets {{shellescape option}} in $PWD at $LEVEL',
      chdir: '/',
      env: { LEVEL: 'info' },
    },
  },
};
const facts = engineFacts(config);

let test: TestDatabase;
let db: Database;
let engine: Engine;
/** Late before anything runs: it is looked for at the start, and once a minute. */
let late: number;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
  const { id } = await define(db, 'expected_time: 1m\nsleep: 3600');
  late = (await launchOne(db, id)).instanceId;
  await db.query(`update tokens set expected_at = now() where instance_id = $1`, [late]);
  engine = await startEngine({ url: test.url, configuration: { source: 'own', config } });
});
afterAll(async () => {
  await engine.stop();
  await db.close();
  await test.drop();
});

/** What a script printed, by line, once it has succeeded. */
async function printed(script: string): Promise<string[]> {
  const actor = member('alice');
  const fields = fieldsOf(script);
  const admins = ['alice@example.com'];
  const { definition } = await inTransaction(db, (tx) =>
    saveDefinition(tx, { id: null, version: null, fields, admins, actor }, facts),
  );
  const wish = {
    definitionId: definition.id,
    env: {},
    actor,
    from: 'slack' as const,
    launchKey: randomUUID(),
    channel: null,
  };
  const [launched] = await inTransaction(db, (tx) => launch(tx, [wish], facts));
  const instanceId = launched?.instanceId ?? 0;
  await until(
    'the instance has succeeded',
    async () => (await findInstance(db, instanceId))?.status === 'success',
  );
  const rows = await db.query<{ bytes: Buffer }>(
    `select bytes from output o join executions e on e.id = o.execution_id
     where e.instance_id = $1 order by e.finished_at, o.start_offset`,
    [instanceId],
  );
  expect(await inconsistencies(db)).toEqual([]);
  return Buffer.concat(rows.map(({ bytes }) => bytes))
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

it('forks run beside one another, and what follows runs after them', async () => {
  const lines = await printed(
    'parallel_fork: 3\n  execute: echo $KUROKO2_PARALLEL_FORK_INDEX of $KUROKO2_PARALLEL_FORK_SIZE\nfork:\n  execute: echo a\n  execute: echo b\nexecute: echo end',
  );
  expect(lines.slice(0, 3).toSorted()).toEqual(['0 of 3', '1 of 3', '2 of 3']);
  expect(lines.slice(3, 5).toSorted()).toEqual(['a', 'b']);
  expect(lines.slice(5)).toEqual(['end']);
});

it('a command of several lines is one command of one shell', async () => {
  const script =
    'execute: |\n  set -e\n  a=1 # kept\n\n  for b in 2 3; do\n    echo "$a # $b"\n  done\n  false\n';
  expect(await printed(`auto_skip_error: true\n${script}  echo never\n`)).toEqual([
    '1 # 2',
    '1 # 3',
  ]);
});

it('a sleep lasts as long as it says, and a fraction of a second more at most', async () => {
  const date = 'execute: date +%s%N\n';
  const moments = (await printed(`${date}${`sleep: 1\n${date}`.repeat(3)}`)).map(BigInt);
  const seconds = moments.slice(1).map((after, at) => Number(after - (moments[at] ?? 0n)) / 1e9);
  expect(seconds).toHaveLength(3);
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(1);
  // One of the three: the others may have had to wait for the machine.
  expect(Math.min(...seconds)).toBeLessThan(4);
});

it('a retry tries again by itself, with a pause', async () => {
  const file = `${engine.dataDir}/tries`;
  const command = `echo try >> ${file}; test $(wc -l < ${file}) = 3 && echo third`;
  expect(await printed(`retry: count=2 sleep_time=1\n  execute: ${command}`)).toEqual(['third']);
});

it('an error is skipped where the script says so', async () => {
  expect(await printed('auto_skip_error: true\nexecute: false\nexecute: echo on')).toEqual(['on']);
});

it('a custom task has its folder, its environment and its template; RAILS_ENV is passed on', async () => {
  const script = "rails_env: staging\ngreet: it's $HOME\nexecute: echo $RAILS_ENV";
  expect(await printed(script)).toEqual(["greets it's $HOME in / at info", 'staging']);
});

it('what takes longer than expected is warned of', async () => {
  const warning = await until('the warning to be in its log', async () =>
    (await logsOf(db, late)).find(({ message }) => message.includes('longer than')),
  );
  expect(warning.message).toBe('The running time is longer than 1 minutes!');
});
