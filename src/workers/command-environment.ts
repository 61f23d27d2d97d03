/** The whole environment of a command, later wins: executor, script, then what Kuroko says of it. */
import { isoInZone } from './iso-in-zone.ts';
import type { Claim } from '../store/claims.ts';

/**
 * HOME, PATH and LANG of the executor, then the execution's own (custom task, launch, script), then
 * `KUROKO2_*`, which nothing can overwrite.
 */
export function commandEnvironment(
  claim: Pick<Claim, 'env' | 'definitionId' | 'definitionName' | 'instanceId' | 'launchedAt'>,
  executor: Readonly<Record<string, string | undefined>>,
  timeZone: string,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ['HOME', 'PATH', 'LANG']) {
    const value = executor[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    ...claim.env,
    KUROKO2_JOB_DEFINITION_ID: String(claim.definitionId),
    KUROKO2_JOB_DEFINITION_NAME: claim.definitionName,
    KUROKO2_JOB_INSTANCE_ID: String(claim.instanceId),
    KUROKO2_LAUNCHED_TIME: isoInZone(claim.launchedAt, timeZone),
  };
}
