/**
 * The guardian: a small process that owns the commands and the servers of one Kuroko, so that a spawn costs little and nothing
 * that was started outlives main. Started by `startGuardian` of processes/, with its settings as JSON in its first argument.
 */
import { randomUUID } from 'node:crypto';
import { enterCgroup, placeForCgroup } from './cgroup.ts';
import { closeInherited } from './close-inherited.ts';
import { createCommands } from './commands.ts';
import { endEverything } from './end.ts';
import { complain } from './complain.ts';
import { type Folder, openFolder, openRunFolder, removeRunFolder } from './folder.ts';
import { openJournal } from './journal.ts';
import { createLifeline } from './lifeline.ts';
import { PROTOCOL } from './ask-hello.ts';
import { readBootId } from './process-table.ts';
import type { Announcement, GuardianState, Hello } from './protocol.ts';
import { serve, type Serving } from './serve.ts';
import { createServices } from './services.ts';
import { createStopper } from './stopper.ts';
import { takeShortTurns } from './short-turns.ts';
import { sweep } from './sweep.ts';
import { takeFolder } from './take-folder.ts';

type Settings = {
  /** The process that started this one. */
  readonly main: number;
  readonly dataDir: string;
  /** Between TERM and KILL when the guardian ends by itself. */
  readonly graceMs: number;
  /** For a former guardian to end. */
  readonly waitMs: number;
  /** Whether commands get a control group of their own, where that is possible. */
  readonly cgroup: boolean;
};

async function main(): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error('Kuroko starts commands on Linux only: it needs /proc.');
  closeInherited();
  const settings = JSON.parse(process.argv[2] ?? '') as Settings;
  // Main answers people, and says that it is alive, while commands keep all processors busy. It may be gone already.
  if (process.ppid === settings.main) takeShortTurns(settings.main);
  // Detached, it gets these only from somebody who means all of Kuroko: main decides what they mean.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
  const folder = openFolder(settings.dataDir);
  const giveUp = () => process.exit(0);
  process.stdin.once('end', giveUp).once('error', giveUp).resume();
  const taken = await takeFolder(folder, settings.waitMs, (message) =>
    announce({ type: 'waiting', message }),
  );
  process.stdin.off('end', giveUp).off('error', giveUp);
  if (taken) {
    announce(taken);
    // Main holds the other end of standard input: nothing else keeps this process.
    process.stdin.destroy();
    return;
  }
  await guard(folder, settings);
}

async function guard(folder: Folder, settings: Settings): Promise<void> {
  let { graceMs } = settings;
  const epoch = randomUUID();
  const bootId = readBootId();
  let ending: Promise<void> | undefined;
  let serving: Serving | undefined;
  let broken = false;
  const lifeline = createLifeline(process.stdin, () => {
    broken = true;
    if (serving) void endAndExit(graceMs);
  });
  // A command that says `kill $PPID` means its shell. Main gets its own TERM, and a kill that it cannot miss breaks the tie.
  process.on('SIGTERM', () => {
    if (serving && lifeline.state() === 'orphaned') void endAndExit(graceMs);
  });
  const journal = openJournal(folder.journalFile);
  const stopper = createStopper();
  await sweep(journal, bootId, graceMs, stopper);
  // Written down before it is made: whatever comes in between, the next guardian finds it.
  const place = settings.cgroup ? placeForCgroup(epoch) : null;
  journal.append({ type: 'epoch', epoch, bootId, at: Date.now(), cgroup: place });
  const cgroup = place === null ? null : enterCgroup(place);
  const socketPath = openRunFolder(folder);
  const commands = createCommands(epoch, stopper, cgroup);
  const outside = <Value>(start: () => Value): Promise<Value> =>
    commands.betweenStarts(() => (cgroup ? cgroup.outside(start) : start()));
  const services = createServices(epoch, journal, stopper, outside, (service) => {
    serving?.broadcast({ type: 'serviceEnded', service });
  });

  /** Never rejects: what could not be written down is lost, and the rest has been ended. */
  function end(grace: number): Promise<void> {
    if (ending) void commands.stopAll(grace, 'guardian');
    ending ??= endEverything(epoch, grace, { commands, services, journal, stopper, cgroup }).catch(
      (error: unknown) => complain('Not all could be ended or written down', error),
    );
    return ending;
  }

  async function endAndExit(grace: number): Promise<void> {
    await end(grace);
    await serving?.close();
    removeRunFolder(folder);
    process.exit(0);
  }

  process.on('uncaughtException', (error) => {
    complain('The guardian ends because of', error);
    void endAndExit(graceMs);
  });
  const state = (): GuardianState => (ending ? 'ending' : lifeline.state());
  const hello = (): Hello => ({
    type: 'hello',
    protocol: PROTOCOL,
    epoch,
    bootId,
    pid: process.pid,
    state: state(),
  });
  serving = await serve(socketPath, {
    hello,
    commands,
    services,
    lifeline,
    journal,
    setGrace: (ms) => {
      graceMs = ms;
    },
    end: async (grace) => {
      await end(grace);
      setImmediate(() => void endAndExit(grace));
    },
  });
  announce({ type: 'ready', socketPath });
  // Main went while what its predecessor had left was being ended.
  if (broken) void endAndExit(graceMs);
}

/** Main may be gone already: then there is nobody to tell, and the lifeline says so. */
function announce(announcement: Announcement): void {
  process.stdout.on('error', () => undefined).write(`${JSON.stringify(announcement)}\n`);
}

main().catch((error: unknown) => {
  complain('The guardian could not start', error);
  announce({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.stdin.destroy();
});
