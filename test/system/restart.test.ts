import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { defineCounting, expectEachCountedOnce } from '../support/counting-commands.ts';
import { peopleOf } from '../support/local-slack.ts';
import { runProgram, startProgram } from '../support/program.ts';
import {
  countOn,
  countWith,
  homeOfTest,
  readyAgain,
  restartTimeout,
  timesSaid,
} from '../support/restarting.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: restartTimeout });

describe('a restart with hand-over', () => {
  it('twice under twenty commands loses no line, starts none again, and keeps the process', async () => {
    const at = await homeOfTest();
    const program = await startProgram(at, { NUM_WORKERS: '20' });
    const people = await peopleOf(`${program.slackUrl}/_control`);
    const counting = await defineCounting(at, { everySeconds: 1 });
    const ids = await countWith(program, counting, 20);
    const restarted = await runProgram(at, ['restart']);
    expect(restarted.text).toContain('20 of 20 commands went over, 0 have ended');
    expect(restarted.code).toBe(0);
    await readyAgain(program, 2);
    program.child.kill('SIGHUP');
    await readyAgain(program, 3);
    await countOn(counting);
    counting.tellToEnd();
    await expectEachCountedOnce(counting, program.databaseUrl, ids);
    // The local Slack was kept as well: each run has one message, and that has come to its end.
    await until(
      'every message to say so',
      async () => {
        const said = (await people.messages()).map(({ blocks }) => JSON.stringify(blocks));
        return ids.every((id) => {
          const about = said.filter((blocks) => blocks.includes(`/instances/${id}|`));
          return about.length === 1 && about[0]?.includes('finished');
        });
      },
      60_000,
    );
    expect(program.child.exitCode).toBe(null);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  });

  it('is refused while the program would not start, tried again when it did not, and leaves nothing at the end', async () => {
    const at = await homeOfTest();
    const program = await startProgram(at);
    const counting = await defineCounting(at, { everySeconds: 0.2 });
    await countWith(program, counting, 1);

    const good = 'kill_grace: 1\n';
    const configFile = at.env['KUROKO2_CONFIG'] ?? '';
    writeFileSync(configFile, 'slak: {}\n');
    const refused = await runProgram(at, ['restart'], { KUROKO2_CONFIG: '' });
    expect(refused.text).toContain('goes on as it is');
    expect(refused.text).toContain('slak');
    expect(refused.code).toBe(1);
    expect(timesSaid(program, 'Ctrl-C ends')).toBe(1);
    await countOn(counting);

    // What nobody could know before: its port goes to somebody else while it is free for a moment.
    writeFileSync(configFile, good);
    const restarting = runProgram(at, ['restart', '--yes']);
    const thief = await takePort(Number(at.env['PORT']));
    await until('the next one to give up', () => program.text().includes('did not start'), 60_000);
    // Said on the other of the two streams: it may arrive a little later.
    await until('it to say what it leaves', () =>
      program.text().includes('1 commands that were handed over run on'),
    );
    await countOn(counting);
    thief.close();
    await readyAgain(program, 2);
    expect((await restarting).text).toContain('1 of 1 commands went over');

    // Asked to end in the midst of a hand-over, the end comes.
    program.child.kill('SIGHUP');
    await until('it to leave', () => timesSaid(program, '"type":"hand_over"') === 2, 60_000);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  });
});

/** Takes it as soon as it is free. */
async function takePort(port: number): Promise<Server> {
  return until(
    `port ${port} to be free`,
    async () => {
      const server = createServer();
      server.listen(port);
      const won = await Promise.race([
        once(server, 'listening').then(() => true),
        once(server, 'error').then(() => false),
      ]).catch(() => false);
      return won && server;
    },
    60_000,
  );
}
