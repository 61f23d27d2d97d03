/** What the page of an instance shows. Values of the environment are not among it. */
import { showLength, showOutput, showTime, stateNames } from './page-texts.ts';
import type { Execution } from '../../store/executions.ts';
import type { InstanceStatus } from '../../store/instances.ts';
import type { AwaitedJob, RelatedInstance } from '../../store/relations.ts';
import type { LogLine } from '../../store/logs.ts';
import type { ShownRun } from '../../store/shown.ts';

export interface InstanceView {
  readonly title: string;
  readonly id: number;
  readonly definitionId: number;
  readonly name: string;
  readonly status: InstanceStatus;
  readonly state: string;
  readonly createdAt: string;
  readonly launchedBy: string;
  readonly launchedFrom: string;
  readonly scriptChanged: boolean;
  readonly preventedBy: number | null;
  readonly errorAt: string;
  readonly finishedAt: string;
  readonly canceledAt: string;
  readonly elapsed: string;
  readonly envNames: string;
  readonly parent: RelatedInstance | null;
  readonly children: readonly (RelatedInstance & { readonly state: string; readonly at: string })[];
  readonly awaited: readonly AwaitedJob[];
  readonly tokens: readonly {
    readonly path: string;
    readonly status: string;
    readonly enteredAt: string;
  }[];
  readonly executions: readonly {
    readonly path: string;
    readonly shell: string;
    readonly result: string;
    readonly startedAt: string;
    readonly elapsed: string;
    readonly where: string;
  }[];
  readonly outputs: readonly {
    readonly path: string;
    readonly size: string;
    readonly text: string;
  }[];
  readonly logs: readonly {
    readonly at: string;
    readonly level: string;
    readonly message: string;
  }[];
  readonly script: string;
}

/** The end of one command's output. */
export interface OutputTail {
  readonly execution: Execution;
  readonly bytes: Buffer;
}

export function instanceView(
  { instance, definition, tokens, executions, parent, children, awaited }: ShownRun,
  tails: readonly OutputTail[],
  logs: readonly LogLine[],
  timeZone: string,
): InstanceView {
  const time = showTime(timeZone);
  const endedAt = instance.finishedAt ?? instance.canceledAt;
  return {
    title: `${instance.definitionName} #${instance.id}`,
    id: instance.id,
    definitionId: definition.id,
    name: instance.definitionName,
    status: instance.status,
    state: stateNames[instance.status],
    createdAt: time(instance.createdAt),
    launchedBy: instance.launchedBy,
    launchedFrom: instance.launchedFrom,
    scriptChanged: instance.scriptChanged,
    preventedBy: instance.preventedBy,
    errorAt: time(instance.errorAt),
    finishedAt: time(instance.finishedAt),
    canceledAt: time(instance.canceledAt),
    elapsed: showLength(instance.createdAt, endedAt),
    envNames: Object.keys(instance.env).join(', '),
    parent,
    children: children.map((child) => ({
      ...child,
      state: stateNames[child.status],
      at: time(child.createdAt),
    })),
    awaited,
    tokens: tokens.map((token) => ({
      path: token.path === '' ? '/' : token.path,
      status: token.status,
      enteredAt: time(token.enteredAt),
    })),
    executions: executions.map((execution) => ({
      path: execution.path,
      shell: execution.shell,
      result: resultOf(execution),
      startedAt: time(execution.startedAt ?? execution.claimedAt),
      elapsed: showLength(execution.startedAt ?? execution.claimedAt, execution.finishedAt),
      where: execution.host === null ? execution.queue : `${execution.host} ${execution.queue}`,
    })),
    outputs: tails.map(({ execution, bytes }) => ({
      path: execution.path,
      size: sizeOf(execution, bytes),
      text: showOutput(bytes),
    })),
    logs: logs.map(({ at, level, message }) => ({ at: time(at), level, message })),
    script: instance.script,
  };
}

function resultOf(execution: Execution): string {
  const stop =
    execution.stopRequestedBy === null ? '' : `, stopped by ${execution.stopRequestedBy}`;
  switch (execution.status) {
    case 'pending':
      return 'waits for a worker';
    case 'claimed':
      return `running${stop}`;
    case 'canceled':
      return `cancelled${stop}`;
    case 'lost':
      return `lost: ${execution.evidence ?? 'no evidence'}`;
    case 'finished': {
      const limit = execution.timedOut ? ' (past its time limit)' : '';
      return execution.termSignal === null
        ? `exit ${execution.exitStatus ?? '?'}${limit}${stop}`
        : `${execution.termSignal}${limit}${stop}`;
    }
  }
}

function sizeOf({ outputSize }: Execution, bytes: Buffer): string {
  const whole = `${outputSize.toLocaleString('en')} bytes`;
  return bytes.length < outputSize ? `the end of ${whole}` : whole;
}
