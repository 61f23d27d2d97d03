import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { processesNamed } from '../support/live-processes.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import {
  createHome,
  postInstance,
  runProgram,
  startProgram,
  statusOf,
  type Home,
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

async function unusedPort(): Promise<number> {
  const reserved = createServer().listen(0, '127.0.0.1');
  await once(reserved, 'listening');
  const address = reserved.address();
  reserved.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a database', () => {
  it('that is down at start is tried for 30 s, and that is said', async () => {
    const at = await home();
    const url = `postgres://kuroko@127.0.0.1:${await unusedPort()}/kuroko`;
    const { code, text } = await runProgram(at, ['start'], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(text).toMatch(/cannot be reached \(.*ECONNREFUSED.*\): trying for 30 s/);
    expect(text).toMatch(/cannot be reached .*Tried for 30 s\./);
    await until('every process to be gone', () => at.leftovers().length === 0);
  });

  it('that comes a little later is used', async () => {
    const at = await home();
    const database = await createTestDatabase({ empty: true });
    const port = await unusedPort();
    const url = new URL(database.url);
    url.searchParams.delete('host');
    url.hostname = '127.0.0.1';
    url.port = String(port);
    const starting = startProgram(at, { DATABASE_URL: url.href });
    await until('it to wait', () =>
      [...at.children.values()].some((text) => text().includes('trying for 30 s')),
    );
    const proxy = await startDatabaseProxy(database.url, { port });
    const program = await starting;
    const response = await fetch(`http://127.0.0.1:${program.port}/readyz`);
    expect(await response.json()).toMatchObject({ checks: { database: 'up' } });
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    await proxy.close();
    await database.drop();
  });

  it('that is killed while commands run comes back; no command is declared dead', async () => {
    const at = await home();
    const program = await startProgram(at);
    const id = await postInstance(program, 3);
    await until('the command to run', () => at.commands('tick $i of 60').length > 0);
    const postmaster = await until('the server to be found', () =>
      processesNamed(`-D ${at.dataDir}/postgres`).find(({ command }) =>
        command.includes('bin/postgres'),
      ),
    );
    process.kill(postmaster.pid, 'SIGKILL');
    await until(
      'readiness to be lost',
      async () => (await fetch(`http://127.0.0.1:${program.port}/readyz`)).status === 503,
    );
    await until(
      'readiness to be back',
      async () => (await fetch(`http://127.0.0.1:${program.port}/readyz`)).status === 200,
    );
    expect(await statusOf(program, 3, id)).toBe('working');
    expect(at.commands('tick $i of 60').length).toBeGreaterThan(0);
    const canceled = await runProgram(at, ['cancel', String(id)]);
    expect(canceled.code).toBe(0);
    await until('the command to be stopped', () => at.commands('tick $i of 60').length === 0);
  });
});
