/** Programs that a bare machine may be without: what is tested with them is left out there, but never in CI. */
import { spawnSync } from 'node:child_process';

/** Each with arguments that make it do nothing. */
const trials = {
  curl: ['--version'],
  openssl: ['version'],
  perl: ['-MDigest::SHA', '-MHTTP::Tiny', '-e', '1'],
} as const;

export function lacks(...programs: readonly (keyof typeof trials)[]): boolean {
  if (process.env['CI'] === 'true') return false;
  return programs.some((program) => spawnSync(program, trials[program]).status !== 0);
}
