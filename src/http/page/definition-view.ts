/** What the page of a definition shows. */
import { showTime, stateNames } from './page-texts.ts';
import type { Definition, PreventMulti } from '../../store/definitions.ts';
import type { InstanceStatus, InstanceSummary } from '../../store/instances.ts';
import type { Shown } from '../../store/shown.ts';
import type { User } from '../../store/users.ts';

export interface DefinitionView {
  readonly title: string;
  readonly id: number;
  readonly name: string;
  readonly deletedAt: string;
  readonly suspended: boolean;
  readonly admins: string;
  readonly tags: string;
  readonly nextExecution: string;
  readonly apiAllowed: boolean;
  readonly slackChannel: string | null;
  readonly updatedAt: string;
  readonly description: string;
  readonly script: string;
  readonly instances: readonly {
    readonly id: number;
    readonly status: InstanceStatus;
    readonly state: string;
    readonly createdAt: string;
    readonly launchedBy: string;
    readonly endedAt: string;
  }[];
}

export function definitionView(
  definition: Shown<Definition>,
  admins: readonly User[],
  instances: readonly InstanceSummary[],
  timeZone: string,
): DefinitionView {
  const time = showTime(timeZone);
  return {
    title: definition.name,
    id: definition.id,
    name: definition.name,
    deletedAt: time(definition.deletedAt),
    suspended: definition.suspended,
    admins: admins.map(({ name }) => name).join(', '),
    tags: definition.tags.join(', '),
    nextExecution: nextExecutions[definition.preventMulti],
    apiAllowed: definition.apiAllowed,
    slackChannel: definition.slackChannel,
    updatedAt: time(definition.updatedAt),
    description: definition.description,
    script: definition.script,
    instances: instances.map((instance) => ({
      id: instance.id,
      status: instance.status,
      state: stateNames[instance.status],
      createdAt: time(instance.createdAt),
      launchedBy: instance.launchedBy,
      endedAt: time(instance.finishedAt ?? instance.canceledAt),
    })),
  };
}

const nextExecutions: Readonly<Record<PreventMulti, string>> = {
  none: 'always launched, also in parallel',
  working_or_error: 'prevented while an instance is WORKING or ERROR',
  working: 'prevented while an instance is WORKING',
  error: 'prevented while an instance is ERROR',
};
