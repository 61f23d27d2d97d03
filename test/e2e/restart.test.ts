import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { joinOutput, readOutput } from '../../src/store/output.ts';
import { peopleOf } from '../support/local-slack.ts';
import {
  createHome,
  postInstance,
  runProgram,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';

const homes: Home[] = [];
const home = async (): Promise<Home> => {
  const made = await createHome();
  homes.push(made);
  return made;
};
afterEach(async () => {
  for (const made of homes.splice(0)) await made.remove();
}, 60_000);

const commands = 20;
const lines = 100;

/** One definition whose command says a hundred numbered lines in ten seconds, and writes them down beside us. */
async function defineCounter(at: Home): Promise<{ journal: string; definitionId: number }> {
  const journal = path.join(at.dataDir, 'journal');
  const file = path.join(at.dataDir, 'counter.yml');
  const shell =
    `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo "line $i"; ` +
    `echo "$KUROKO2_JOB_INSTANCE_ID $i $$" >> ${journal}; sleep 0.1; done`;
  writeFileSync(
    file,
    `name: counter\nadmins: [U01ALICE]\napi_allowed: true\nprevent_multi: none\nscript: |\n  execute: ${shell}\n`,
  );
  const { code, text } = await runProgram(at, ['apply', file]);
  if (code !== 0) throw new Error(text);
  const shown = await runProgram(at, ['show', 'counter', '--json']);
  return { journal, definitionId: (JSON.parse(shown.text) as { id: number }).id };
}

/** Over the API: twenty programs in a row would take longer than the commands. */
async function launchAll(program: Program, definitionId: number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < commands; n += 1) ids.push(await postInstance(program, definitionId));
  return ids;
}

const readyTimes = (program: Program): number =>
  program.text().split('Kuroko is ready.').length - 1;
const again = (program: Program, times: number) =>
  until('it to be ready again', () => readyTimes(program) === times, 60_000);

/** What the commands wrote down themselves: for each instance its lines, and the processes that wrote them. */
function readJournal(journal: string): Map<number, { lines: number[]; pids: Set<number> }> {
  const found = new Map<number, { lines: number[]; pids: Set<number> }>();
  if (!existsSync(journal)) return found;
  for (const entry of readFileSync(journal, 'utf8').trim().split('\n')) {
    const [instance = 0, line = 0, pid = 0] = entry.split(' ').map(Number);
    const known = found.get(instance) ?? { lines: [], pids: new Set() };
    known.lines.push(line);
    known.pids.add(pid);
    found.set(instance, known);
  }
  return found;
}

async function storedOutputs(db: Database, ids: readonly number[]): Promise<string[]> {
  const executions = await db.query<{ id: number; status: string; exitStatus: number }>(
    'select id, status, exit_status from executions where instance_id = any($1) order by id',
    [ids],
  );
  expect(executions).toHaveLength(ids.length);
  expect(new Set(executions.map(({ status, exitStatus }) => `${status} ${exitStatus}`))).toEqual(
    new Set(['finished 0']),
  );
  return Promise.all(
    executions.map(async ({ id }) => joinOutput(await readOutput(db, id)).toString('utf8')),
  );
}

const whole = Array.from({ length: lines }, (_, index) => index + 1);

describe('a restart with hand-over', () => {
  it('twice under twenty commands loses no line, starts none again, and keeps the process', async () => {
    const at = await home();
    const program = await startProgram(at, { NUM_WORKERS: String(commands) });
    const { journal, definitionId } = await defineCounter(at);
    const people = await peopleOf(`${program.slackUrl}/_control`);
    const ids = await launchAll(program, definitionId);
    await until('all of them to run', () => readJournal(journal).size === commands);
    program.child.kill('SIGHUP');
    await again(program, 2);
    program.child.kill('SIGHUP');
    await again(program, 3);
    const db = openDatabase(program.databaseUrl, { max: 1 });
    await until(
      'all to have ended',
      async () => {
        const [row] = await db.query<{ open: number }>(
          `select count(*) as open from instances where status <> 'success' and id = any($1)`,
          [ids],
        );
        return row?.open === 0;
      },
      60_000,
    );
    const written = readJournal(journal);
    expect([...written.keys()].toSorted((a, b) => a - b)).toEqual(ids);
    for (const { lines: own, pids } of written.values()) {
      expect(own).toEqual(whole);
      expect(pids.size).toBe(1);
    }
    for (const output of await storedOutputs(db, ids)) {
      expect(output).toBe(whole.map((line) => `line ${line}\n`).join(''));
    }
    await db.close();
    // The local Slack was kept as well: each run has one message, and that has come to its end.
    await until('every message to say so', async () => {
      const said = (await people.messages()).map(({ blocks }) => JSON.stringify(blocks));
      return ids.every((id) => {
        const about = said.filter((blocks) => blocks.includes(`/instances/${id}|`));
        return about.length === 1 && about[0]?.includes('finished');
      });
    });
    expect(program.child.exitCode).toBe(null);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  });
});
