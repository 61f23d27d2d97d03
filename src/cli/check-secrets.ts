/** Secrets that are too short to be masked without masking half of everything else. */
import type { Config } from '../config.ts';
import type { Finding } from './finding.ts';

const shortest = 6;

export function checkSecrets({
  secrets,
  customTasks,
}: Pick<Config, 'secrets' | 'customTasks'>): Finding[] {
  const patterns = secrets.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`),
  );
  return Object.entries(customTasks).flatMap(([task, { env }]) =>
    Object.entries(env)
      .filter(([name, value]) => value.length < shortest && patterns.some((p) => p.test(name)))
      .map(([name]) => ({
        type: 'warning' as const,
        about: 'secrets',
        message: `${name} of the custom task ${task} is shorter than ${shortest} characters and is not masked`,
      })),
  );
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
