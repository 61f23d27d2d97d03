/**
 * What executors on other hosts are told of the configuration. The version that reads it may not be the one that
 * wrote it: what it does not know it leaves aside, and what is missing has its default.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  catchUpPolicies,
  commandDefaults,
  described,
  isTimeZone,
  railsEnvs,
  type Config,
} from '../config.ts';
import { invalid } from '../errors.ts';
import { lockEngineConfig, readEngineConfig, writeEngineConfig } from '../store/engine-config.ts';
import { engineFacts } from './engine-facts.ts';
import { rezoneSchedules } from './rezone-schedules.ts';
import type { Connection, Tx } from '../store/database.ts';

export type EngineConfig = Readonly<z.infer<typeof schema>>;

const seconds = z.number().min(0);
const schema = z.object({
  timeZone: z.string().refine(isTimeZone, 'is no time zone').default(commandDefaults.timeZone),
  customTasks: z
    .record(
      z.string(),
      z.object({
        shell: z.string(),
        chdir: z.string().nullable().default(null),
        env: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default({}),
  railsEnvCeiling: z.enum(railsEnvs).default(commandDefaults.railsEnvCeiling),
  /** Names of environment variables whose values are masked. */
  secrets: z.array(z.string()).readonly().default(commandDefaults.secrets),
  /** Days that what has ended is kept. */
  retention: z
    .object({ instances: z.number(), executions: z.number() })
    .default(commandDefaults.retention),
  /** What is done about launches that schedules have missed: minutes, launches. */
  catchUp: z
    .object({ policy: z.enum(catchUpPolicies), window: z.number(), cap: z.number() })
    .default(commandDefaults.catchUp),
  /** Bytes of output kept of one execution. */
  outputCap: z.int().min(0).default(commandDefaults.outputCap),
  /** Seconds between TERM and KILL. */
  killGrace: seconds.default(commandDefaults.killGrace),
  /** Seconds that running commands may go on while an executor ends. */
  shutdownGrace: seconds.default(commandDefaults.shutdownGrace),
});

/** The part of the configuration that executors are told of: whatever the schema names. */
export const engineConfig = (config: Pick<Config, keyof EngineConfig>): EngineConfig =>
  schema.parse(config);

/** Names what differs from what was published before; empty when nothing does, or nothing was. */
export async function publishConfig(tx: Tx, config: EngineConfig): Promise<readonly string[]> {
  const before = (await lockEngineConfig(tx)) as Record<string, unknown> | null;
  const write = () => writeEngineConfig(tx, config);
  const sameZone = before === null || before['timeZone'] === config.timeZone;
  await (sameZone ? write() : rezoneSchedules(tx, engineFacts(config), write));
  if (before === null) return [];
  const now: Readonly<Record<string, unknown>> = config;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.filter((key) => !isDeepStrictEqual(before[key], now[key]));
}

/** Null when nothing was published yet. Throws Invalid when this version cannot use it. */
export async function publishedConfig(on: Connection): Promise<EngineConfig | null> {
  const published = await readEngineConfig(on);
  if (published === null) return null;
  const result = schema.safeParse(published);
  if (result.success) return result.data;
  throw invalid(
    'The published configuration is of a version that this one does not understand.',
    described(result.error, ''),
  );
}
