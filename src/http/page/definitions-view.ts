/** What the page of all jobs shows. */
import { showTime, stateNames } from './page-texts.ts';
import type { DefinitionSummary } from '../../store/definitions.ts';
import type { InstanceStatus } from '../../store/instances.ts';

export interface DefinitionsView {
  readonly title: string;
  readonly total: number;
  /** How many are not shown. */
  readonly rest: number;
  readonly definitions: readonly {
    readonly id: number;
    readonly name: string;
    readonly tags: string;
    readonly instanceId: number | null;
    readonly status: InstanceStatus | null;
    readonly state: string;
    readonly launchedAt: string;
  }[];
}

export function definitionsView(
  { total, definitions }: { total: number; definitions: readonly DefinitionSummary[] },
  timeZone: string,
): DefinitionsView {
  const time = showTime(timeZone);
  return {
    title: 'Jobs',
    total,
    rest: total - definitions.length,
    definitions: definitions.map(
      ({ id, name, tags, lastInstanceId, lastStatus, lastCreatedAt }) => ({
        id,
        name,
        tags: tags.join(', '),
        instanceId: lastInstanceId,
        status: lastStatus,
        state: lastStatus === null ? 'never launched' : stateNames[lastStatus],
        launchedAt: time(lastCreatedAt),
      }),
    ),
  };
}
