/** Ends what former guardians of the folder left running because they could not end it themselves, and writes down the proof. */
import { isInside, killCgroup, pidsIn, removeCgroup } from './cgroup.ts';
import type { EpochStarted, Journal, JournalRecord, ServiceStarted } from './journal.ts';
import { lastWordsOfFound } from './last-words.ts';
import { markedTargets } from './marked-targets.ts';
import { readProcess } from './process-table.ts';
import type { LastWords } from './protocol.ts';
import type { Stopper } from './stopper.ts';
import { EXECUTION_MARKER, SERVICE_MARKER } from './target.ts';

/** For what is left of a server whose first process has ended. */
const WITHOUT_LEADER_MS = 1000;

/** Must have the folder. Resolves when nothing of them is left, or KILL has not helped. */
export async function sweep(
  journal: Journal,
  bootId: string,
  graceMs: number,
  stopper: Stopper,
): Promise<void> {
  const records = journal.records();
  await sweepOpen(records, journal, bootId, graceMs, stopper);
  for (const { cgroup } of epochsOf(records)) if (cgroup) removeCgroup(cgroup);
}

async function sweepOpen(
  records: readonly JournalRecord[],
  journal: Journal,
  bootId: string,
  graceMs: number,
  stopper: Stopper,
): Promise<void> {
  const open = openEpochs(records);
  if (open.size === 0) return;
  // Another boot: whatever has such a pid now is a stranger.
  const ofThisBoot = new Set(
    [...open].filter(([, boot]) => boot === bootId).map(([epoch]) => epoch),
  );
  const cgroups = epochsOf(records).filter(({ epoch }) => ofThisBoot.has(epoch));
  const [words, populated] = await Promise.all([
    sweepCommands(ofThisBoot, graceMs, stopper),
    sweepCgroups(cgroups, graceMs, stopper),
  ]);
  journal.append(...words.map((said) => ({ type: 'lastWords' as const, words: said })));
  const survivors = await sweepServices(records, ofThisBoot, stopper);
  for (const epoch of populated) survivors.add(epoch);
  for (const { epoch, groupEmpty } of words) if (!groupEmpty) survivors.add(epoch);
  const closed = [...open.keys()].filter((epoch) => !survivors.has(epoch));
  journal.append(...closed.map((epoch) => ({ type: 'closed' as const, epoch, at: Date.now() })));
}

/** Guardians that did not see to it themselves that nothing was left, with the boot in which they ran. */
function openEpochs(records: readonly JournalRecord[]): Map<string, string> {
  const open = new Map<string, string>();
  for (const record of records) {
    if (record.type === 'epoch') open.set(record.epoch, record.bootId);
    if (record.type === 'closed') open.delete(record.epoch);
  }
  return open;
}

function epochsOf(records: readonly JournalRecord[]): EpochStarted[] {
  return records.filter((record) => record.type === 'epoch');
}

async function sweepCommands(
  epochs: ReadonlySet<string>,
  graceMs: number,
  stopper: Stopper,
): Promise<LastWords[]> {
  const found = markedTargets(EXECUTION_MARKER, epochs);
  return await Promise.all(
    found.map(async ({ epoch, name, target }) => {
      const empty = await stopper.stop(target, { signal: 'SIGTERM', graceMs, to: 'all' });
      return lastWordsOfFound(epoch, Number(name), empty);
    }),
  );
}

/**
 * Whoever carries no marker any more is in the control group still, and its `populated 0` is the kernel's own proof. Not so when
 * this very guardian was started by a command of the former one, and is in it too.
 *
 * @returns the epochs of those that are not empty
 */
async function sweepCgroups(
  epochs: readonly EpochStarted[],
  graceMs: number,
  stopper: Stopper,
): Promise<string[]> {
  const swept = epochs.map(async ({ epoch, cgroup }) => {
    if (!cgroup || isInside(cgroup)) return [];
    const marker = `${EXECUTION_MARKER}=${epoch}:`;
    const target = { marker, groups: [], strangers: () => pidsIn(cgroup) };
    await stopper.stop(target, { signal: 'SIGTERM', graceMs, to: 'all' });
    return (await killCgroup(cgroup)) ? [] : [epoch];
  });
  return (await Promise.all(swept)).flat();
}

/** The recorded ones, the last started first, then children of such that had ended. */
async function sweepServices(
  records: readonly JournalRecord[],
  epochs: ReadonlySet<string>,
  stopper: Stopper,
): Promise<Set<string>> {
  const survivors = new Set<string>();
  for (const service of servicesLeft(records, epochs).toReversed()) {
    const { epoch, name, pid, pidStart, stopSignal, stopTimeoutMs } = service;
    const target = {
      marker: `${SERVICE_MARKER}=${epoch}:${name}`,
      groups: [{ id: pid, start: pidStart }],
    };
    const empty = await stopper.stop(target, {
      signal: stopSignal,
      graceMs: stopTimeoutMs,
      to: 'leader',
    });
    if (!empty) survivors.add(epoch);
  }
  for (const { epoch, target } of markedTargets(SERVICE_MARKER, epochs)) {
    const empty = await stopper.stop(target, {
      signal: 'SIGTERM',
      graceMs: WITHOUT_LEADER_MS,
      to: 'all',
    });
    if (!empty) survivors.add(epoch);
  }
  return survivors;
}

function servicesLeft(
  records: readonly JournalRecord[],
  epochs: ReadonlySet<string>,
): ServiceStarted[] {
  const left = new Map<string, ServiceStarted>();
  for (const record of records) {
    if (record.type === 'service' && epochs.has(record.epoch))
      left.set(`${record.epoch}:${record.name}`, record);
    if (record.type === 'serviceEnded') left.delete(`${record.epoch}:${record.name}`);
  }
  return [...left.values()].filter(({ pid, pidStart }) => readProcess(pid)?.start === pidStart);
}
