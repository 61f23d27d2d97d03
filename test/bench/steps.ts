/** W10 and the burst: Kuroko, the floor and the peers, in turns. */
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { startContender, type Contender } from './contender.ts';
import { finding, median, type Finding, type Target } from './finding.ts';
import { peersFolder } from './install-peers.ts';
import type { Workload } from './answer-runs.ts';
import type { Servers } from './servers.ts';

const own = (file: string) => new URL(file, import.meta.url);
const peer = (file: string) => pathToFileURL(path.join(peersFolder, file));

const modules = {
  kuroko: own('./kuroko.js'),
  floor: own('./floor.js'),
  graphile: peer('graphile-worker.js'),
  dbos: peer('dbos.js'),
};

/** Kuroko's are those of its unit in docs/hosts.md. */
const nodeOptions: Partial<Record<keyof typeof modules, readonly string[]>> = {
  kuroko: ['--max-semi-space-size=4'],
};

interface Comparison {
  readonly count: number;
  readonly contenders: readonly (keyof typeof modules)[];
  readonly against: readonly Against[];
}

interface Against {
  readonly what: string;
  readonly contender: keyof typeof modules;
  readonly workload: Workload;
  /** How the figure is made of Kuroko's time and the other's. */
  readonly ratio: 'ours / theirs' | 'theirs / ours';
  readonly target: Target;
}

const comparisons: Readonly<Record<'w10' | 'burst', Comparison>> = {
  w10: {
    count: 10,
    contenders: ['kuroko', 'floor', 'graphile', 'dbos'],
    against: [
      {
        what: 'W10, times the floor',
        contender: 'floor',
        workload: 'w10',
        ratio: 'ours / theirs',
        target: { at: 'most', reach: 1.3, aim: 1.15 },
      },
      {
        what: 'W10, times faster than graphile-worker',
        contender: 'graphile',
        workload: 'w10',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 1.5, aim: 2 },
      },
      {
        what: 'W10, times faster than DBOS',
        contender: 'dbos',
        workload: 'w10',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 1.5, aim: 2 },
      },
    ],
  },
  burst: {
    count: 1_000,
    contenders: ['kuroko', 'floor', 'graphile', 'dbos'],
    against: [
      {
        what: "Burst, of the rate of graphile-worker's local queue",
        contender: 'graphile',
        workload: 'burst',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 0.85, aim: 1 },
      },
      {
        what: 'Burst, of the rate of a pool of four with a commit each',
        contender: 'floor',
        workload: 'burst',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 0.85, aim: 1 },
      },
      {
        what: 'Burst, of the rate of a pool of four that records nothing',
        contender: 'floor',
        workload: 'bare-burst',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 0.85, aim: 1 },
      },
      {
        what: 'Burst, of the rate of DBOS, four workflows at a time',
        contender: 'dbos',
        workload: 'burst',
        ratio: 'theirs / ours',
        target: { at: 'least', reach: 0.85, aim: 1 },
      },
    ],
  },
};

/** Rounds of some thousand steps each, or of some fifty. */
const warmUps = { w10: 10, burst: 4 };
/** Of a round: its figures are their medians. Ten steps take some 30 ms, in which anything may happen to a machine. */
const turnsOf = { w10: 5, burst: 1 };

export async function steps(
  servers: Servers,
  name: 'w10' | 'burst',
  rounds: number,
): Promise<Finding[]> {
  const { count, contenders, against } = comparisons[name];
  const started = new Map<string, Contender>();
  for (const contender of contenders) {
    const at = `${name}_${contender}`;
    const url = await (contender === 'kuroko' ? servers.migrated(at) : servers.database(at));
    const env = { BENCH_DATABASE_URL: url, BENCH_LOCAL_QUEUE: name === 'burst' ? 'yes' : 'no' };
    started.set(contender, await startContender(modules[contender], env, nodeOptions[contender]));
  }
  const run = async (contender: string, workload: Workload) =>
    (await started.get(contender)?.run(workload, count)) ?? 0;

  const taken: { ours: number[]; theirs: number[] }[] = against.map(() => ({
    ours: [],
    theirs: [],
  }));
  const turn = async () => {
    const [before, theirs] = [await run('kuroko', name), [] as number[]];
    for (const { contender, workload } of against) theirs.push(await run(contender, workload));
    // Twice, before and after the others, so that a drift of the machine falls on both sides.
    return { ours: (before + (await run('kuroko', name))) / 2, theirs };
  };
  // The first rounds warm all of them up: connections, plans, compiled code.
  for (let round = 1 - warmUps[name]; round <= rounds; round += 1) {
    const turns: Awaited<ReturnType<typeof turn>>[] = [];
    while (turns.length < turnsOf[name]) turns.push(await turn());
    if (round < 1) continue;
    for (const [index, figures] of taken.entries()) {
      figures.ours.push(median(turns.map(({ ours }) => ours)));
      figures.theirs.push(median(turns.map(({ theirs }) => theirs[index] ?? 0)));
    }
  }
  for (const contender of started.values()) await contender.stop();
  return against.map(({ what, ratio, target }, index) => {
    const { ours = [], theirs = [] } = taken[index] ?? {};
    const ratios = ours.map((mine, round) =>
      ratio === 'ours / theirs' ? mine / (theirs[round] ?? 0) : (theirs[round] ?? 0) / mine,
    );
    const times = `Kuroko ${median(ours).toFixed(1)} ms, the other ${median(theirs).toFixed(1)} ms`;
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    return finding(what, median(ratios), target, `${times}; ${spread}`);
  });
}
