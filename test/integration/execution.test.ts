import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { terminate } from '../../src/operations/terminate.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { findInstance } from '../../src/store/instances.ts';
import { readOutput } from '../../src/store/output.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { commandOf, readyCommandOf, startEngine, type Engine } from '../support/engine.ts';
import {
  define,
  facts,
  launchIn,
  launchMany,
  launchOne,
  member,
  openDatabase,
} from '../support/operations.ts';
import { createGate } from '../support/gate.ts';
import { processesInGroup } from '../support/live-processes.ts';
import { shortest } from '../support/shortest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let engine: Engine;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
  engine = await startEngine({ url: test.url });
});
afterAll(async () => {
  await engine.stop();
  await db.close();
  await test.drop();
});

const run = async (script: string, env: Record<string, string> = {}) => {
  const { id } = await define(db, script);
  return (await launchOne(db, id, { env })).instanceId;
};
const becomes = (instanceId: number, status: string) =>
  until(`#${instanceId} to be ${status}`, async () => {
    const instance = await findInstance(db, instanceId);
    return instance?.status === status && instance;
  });
const outputs = async (instanceId: number) => {
  const executions = await executionsOf(db, instanceId);
  const texts = await Promise.all(
    executions.map(async ({ id }) =>
      Buffer.concat((await readOutput(db, id)).map(({ bytes }) => bytes)).toString(),
    ),
  );
  return texts;
};
const operate = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});

describe('a command', () => {
  it('is run, and what it wrote is kept in order', async () => {
    const id = await run('execute: echo one; echo two >&2; echo three > /dev/stderr; echo four\n');
    await becomes(id, 'success');
    expect(await outputs(id)).toEqual(['one\ntwo\nthree\nfour\n']);
    expect(await executionsOf(db, id)).toMatchObject([
      { status: 'finished', exitStatus: 0, termSignal: null, host: 'test-host', outputSize: 19 },
    ]);
  });

  it('gets the environment of launch and script, what Kuroko says of it, and nothing else', async () => {
    const id = await run('env: A=script KUROKO2_JOB_INSTANCE_ID=forged\nexecute: env\n', {
      A: 'launch',
      B: 'it\'s "data" $(touch /tmp/never)\nsecond line',
    });
    const { definitionId, createdAt } = await becomes(id, 'success');
    const [text = ''] = await outputs(id);
    expect(text).toContain('A=script\n');
    expect(text).toContain('B=it\'s "data" $(touch /tmp/never)\nsecond line\n');
    expect(text).toContain(`KUROKO2_JOB_DEFINITION_ID=${definitionId}\n`);
    expect(text).toContain('KUROKO2_JOB_DEFINITION_NAME=nightly-report\n');
    expect(text).toContain(`KUROKO2_JOB_INSTANCE_ID=${id}\n`);
    expect(text).toMatch(/KUROKO2_LAUNCHED_TIME=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00\n/);
    const launched = /KUROKO2_LAUNCHED_TIME=(.*)/.exec(text)?.[1] ?? '';
    expect(new Date(launched)).toEqual(createdAt);
    const names = [...text.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const known = /^(A|B|HOME|PATH|LANG|PWD|SHLVL|_|OLDPWD|KUROKO_EXECUTION|KUROKO2_\w+)$/;
    expect(names.filter((name) => !known.test(name ?? ''))).toEqual([]);
  });

  it('that fails puts the instance in ERROR with its exit status', async () => {
    const id = await run('execute: echo bad; exit 3\nexecute: echo never\n');
    await becomes(id, 'error');
    expect(await executionsOf(db, id)).toMatchObject([{ exitStatus: 3, termSignal: null }]);
  });

  describe('whose launch is committed after younger ones were taken', () => {
    it('gets its turn long before the last of them', async () => {
      const [late, brief] = [
        await define(db, 'execute: echo'),
        await define(db, 'execute: sleep 0.05'),
      ];
      const { older, nearlyLast } = await inTransaction(db, async (tx) => {
        const { instanceId } = await launchIn(tx, late.id);
        const newer = await launchMany(db, brief.id, 200);
        await becomes(newer[3]?.instanceId ?? 0, 'success');
        return { older: instanceId, nearlyLast: newer[190]?.instanceId ?? 0 };
      });
      const first = await becomes(older, 'success');
      const last = await becomes(nearlyLast, 'success');
      expect(older).toBeLessThan(nearlyLast);
      expect(first.finishedAt?.getTime()).toBeLessThan(last.finishedAt?.getTime() ?? 0);
    });

    it('is taken at once by a worker that sleeps', async () => {
      const late = await define(db, 'execute: echo');
      const taken = (instanceId: number) =>
        until('it to be taken', async () => (await executionsOf(db, instanceId))[0]?.claimedAt);
      /** From the moment when all workers have looked, and sleep, to the end of the older. */
      const takes = async () => {
        const gate = createGate();
        const long = await define(db, `execute: ${gate.wait}`);
        const asleep = await becomes((await launchOne(db, late.id)).instanceId, 'success');
        const { older, younger } = await inTransaction(db, async (tx) => {
          const { instanceId } = await launchIn(tx, late.id);
          const one = await launchOne(db, long.id);
          await taken(one.instanceId);
          const other = await launchOne(db, long.id);
          await taken(other.instanceId);
          const third = await launchIn(tx, long.id);
          return { older: instanceId, younger: [one, other, third] };
        });
        const { finishedAt } = await becomes(older, 'success');
        gate.open();
        for (const { instanceId: id } of younger) await becomes(id, 'success');
        return (finishedAt?.getTime() ?? 0) - (asleep.finishedAt?.getTime() ?? 0);
      };
      // The next look of those who sleep is 5 s away.
      expect(await shortest(4_500, takes)).toBeLessThan(4_500);
    });
  });

  it('that is not found is exit 127', async () => {
    const id = await run('execute: no-such-command-anywhere\n');
    await becomes(id, 'error');
    expect(await executionsOf(db, id)).toMatchObject([{ exitStatus: 127 }]);
  });

  it('that is terminated fails with the signal; its children are gone too', async () => {
    const id = await run('execute: sleep 301 & sleep 302; wait\n');
    const running = await commandOf(engine.guardian, db, id);
    await inTransaction(db, (tx) => terminate(tx, operate(id), facts));
    await becomes(id, 'error');
    expect(await executionsOf(db, id)).toMatchObject([{ exitStatus: null, termSignal: 'TERM' }]);
    expect(processesInGroup(running.pid ?? 0)).toEqual([]);
  });

  it('that is cancelled is stopped although it ignores TERM', async () => {
    const id = await run("execute: trap '' TERM; echo ready; while :; do sleep 0.05; done\n");
    const running = await readyCommandOf(engine.guardian, db, id);
    await inTransaction(db, (tx) => cancel(tx, operate(id), facts));
    await becomes(id, 'canceled');
    await until('the worker to be free', async () =>
      (await executionsOf(db, id)).every(({ status }) => status === 'finished'),
    );
    expect(await executionsOf(db, id)).toMatchObject([{ termSignal: 'KILL' }]);
    expect(processesInGroup(running.pid ?? 0)).toEqual([]);
  });

  // Far more than the second, for on a busy machine the KILL may come late.
  const killed = { seconds: 60, killGrace: null, end: { exitStatus: null, termSignal: 'KILL' } };
  const spared = { seconds: 2, killGrace: 30, end: { exitStatus: 7, termSignal: null } };
  it.each([
    { given: 'the configured second', ...killed },
    { given: 'its own half minute', ...spared },
  ])('that takes longer to stop is given $given', async ({ seconds, killGrace, end }) => {
    const script = `execute: trap 'sleep ${seconds}; exit 7' TERM; echo ready; while :; do sleep 0.05; done\n`;
    const { id: definitionId } = await define(db, script, { killGrace });
    const { instanceId: id } = await launchOne(db, definitionId);
    await readyCommandOf(engine.guardian, db, id);
    await inTransaction(db, (tx) => terminate(tx, operate(id), facts));
    await becomes(id, 'error');
    expect(await executionsOf(db, id)).toMatchObject([end]);
  });

  it('shows its output while it runs', async () => {
    const id = await run('execute: echo early; sleep 30\n');
    await until('the first line', async () => (await outputs(id))[0] !== '');
    expect(await findInstance(db, id)).toMatchObject({ status: 'working' });
    expect(await outputs(id)).toEqual(['early\n']);
    await inTransaction(db, (tx) => cancel(tx, operate(id), facts));
    await becomes(id, 'canceled');
  });

  it('that writes far too much keeps head and tail, and the exact size', async () => {
    const id = await run(
      'execute: echo head; head -c 20000000 /dev/zero | tr "\\0" x; echo tail\n',
    );
    await becomes(id, 'success');
    const [execution] = await executionsOf(db, id);
    expect(execution?.outputSize).toBe(20_000_000 + 10);
    const [text = ''] = await outputs(id);
    expect(text.startsWith('head\nxxx')).toBe(true);
    expect(text.endsWith('xxxtail\n')).toBe(true);
    expect(text.length).toBeLessThan(2_000_000);
  });
});

describe('output that no text can hold', () => {
  it('NUL and broken characters of a failing command put the instance in ERROR like any other', async () => {
    const id = await run(`execute: printf 'a\\000b\\377\\n'; exit 3\n`);
    await becomes(id, 'error');
    expect(await executionsOf(db, id)).toMatchObject([{ exitStatus: 3, outputSize: 5 }]);
    const [execution] = await executionsOf(db, id);
    const [chunk] = await readOutput(db, execution?.id ?? 0);
    expect(chunk?.bytes).toEqual(Buffer.from([0x61, 0, 0x62, 0xff, 0x0a]));
    const [notice] = await db.query<{ payload: { message: string } }>(
      `select payload from outbox where instance_id = $1 and event = 'failure'`,
      [id],
    );
    expect(notice?.payload.message).toContain('a\uFFFDb\uFFFD');
  });

  it('an endless stream is kept within the cap, can be read meanwhile, and costs no memory', async () => {
    const before = process.memoryUsage().rss;
    // Without end until it has been read, and then in whole lines: who is killed as he writes may leave half of one.
    const lines = path.join(temporaryFolder(), 'lines');
    writeFileSync(lines, 'abcdefgh\n'.repeat(1_000_000));
    const gate = createGate();
    const id = await run(`execute: echo first; ${gate.repeat(`cat ${lines}`)}; echo last\n`);
    await until('the beginning to be readable', async () =>
      (await outputs(id))[0]?.startsWith('first\n'),
    );
    const running = await commandOf(engine.guardian, db, id);
    const written = async () => {
      const seen = await engine.guardian.observe(running.id);
      return seen.status === 'running' && seen.outputSize > 2_000_000_000;
    };
    await until('two gigabytes to be written', written, 90_000);
    gate.open();
    await becomes(id, 'success');
    const [execution] = await executionsOf(db, id);
    const chunks = await readOutput(db, execution?.id ?? 0);
    const kept = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(execution?.outputSize).toBeGreaterThan(2_000_000_000);
    expect(kept).toBeLessThan(2_000_000);
    const [text = ''] = await outputs(id);
    expect(text.endsWith('abcdefgh\nlast\n')).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });
});

describe('many instances', () => {
  it('all finish with four workers, every step once', async () => {
    const { id } = await define(db, 'execute: true\nexecute: true\nexecute: true\n');
    const launched = await Promise.all(Array.from({ length: 50 }, () => launchOne(db, id)));
    for (const { instanceId } of launched) await becomes(instanceId, 'success');
    const rows = await db.query<{ count: number }>(
      'select count(*) from executions e join instances i on i.id = e.instance_id where i.definition_id = $1 group by instance_id',
      [id],
    );
    expect(rows.every(({ count }) => count === 3)).toBe(true);
  });
});
