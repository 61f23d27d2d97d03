/** Every name that Slack gives back to us, and the values that buttons carry. */

export const commandName = '/kuroko';

/** Of buttons and menus: what a click asks for. */
export const actionIds = {
  retry: 'retry',
  skip: 'skip',
  cancel: 'cancel',
  terminate: 'terminate',
  /** More steps than fit beside one another: answered with `chooseStepMessage`. */
  chooseStep: 'choose_step',
  /** Launches a definition at once. */
  launch: 'launch',
  /** Opens the launch modal. */
  launchForm: 'launch_form',
  /** A definition's card. */
  show: 'show',
  /** What became of one run. */
  status: 'status',
  logs: 'logs',
  /** Another page of a list: the two stand side by side, so they need two names. */
  previousPage: 'previous_page',
  nextPage: 'next_page',
  /** The same for what goes by time. */
  newest: 'newest',
  older: 'older',
  /** One of several jobs that were meant, or the verb that was meant. */
  match: 'match',
  /** Buttons of the help: the verb without a word more. */
  helpList: 'help_list',
  helpStatus: 'help_status',
  helpWorkers: 'help_workers',
  /** A menu: suspends or resumes one worker of an executor. */
  seeToWorker: 'see_to_worker',
  drain: 'drain',
  undrain: 'undrain',
  /** How an executor's process is to be started again is asked, then one of the three. */
  restart: 'restart',
  restartHandOver: 'restart_hand_over',
  restartWait: 'restart_wait',
  restartStop: 'restart_stop',
  /** The schedules of a job, with what they launch next. */
  schedules: 'schedules',
  /** These two open a modal. */
  addSchedule: 'add_schedule',
  addSuspendSchedule: 'add_suspend_schedule',
  removeSchedule: 'remove_schedule',
  suspendJob: 'suspend_job',
  resumeJob: 'resume_job',
  /** Another time of what was sent to other targets. */
  newestDeliveries: 'newest_deliveries',
  olderDeliveries: 'older_deliveries',
  sendAgain: 'send_again',
  switchOn: 'switch_on',
  testEndpoint: 'test_endpoint',
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

/** Of modals: what a submit is about. */
export const callbackIds = {
  launch: 'launch',
  addSchedule: 'add_schedule',
  addSuspendSchedule: 'add_suspend_schedule',
} as const;

/** Of the launch modal: problems are answered by block; values are found by block, then action. */
export const launchFields = {
  job: { blockId: 'job', actionId: 'job_value' },
  env: { blockId: 'env', actionId: 'env_value' },
  script: { blockId: 'script', actionId: 'script_value' },
  channel: { blockId: 'channel', actionId: 'channel_value' },
} as const;

/** Of the modals that add schedules, the same way. */
export const scheduleFields = {
  cron: { blockId: 'cron', actionId: 'cron_value' },
  zone: { blockId: 'zone', actionId: 'zone_value' },
  catchUp: { blockId: 'catch_up', actionId: 'catch_up_value' },
} as const;

/** What a button is about. Ids and attempt only: everything else is read when it is pressed. */
export type ButtonValue =
  | {
      readonly type: 'token';
      readonly instanceId: number;
      readonly tokenId: number;
      readonly attempt: number;
    }
  | { readonly type: 'instance'; readonly instanceId: number }
  | { readonly type: 'execution'; readonly instanceId: number; readonly executionId: number }
  | { readonly type: 'definition'; readonly definitionId: number }
  /** The words after the verb, as typed; a reader's own filter, given back to him. */
  | {
      readonly type: 'page';
      readonly of: PagedList;
      readonly page: number;
      readonly query: string;
    }
  /** Null: of all definitions; from the last that ended. */
  | {
      readonly type: 'history';
      readonly definitionId: number | null;
      /** Id of the execution to go on from. */
      readonly before: number | null;
    }
  /** `page`: of the list that it stands in, to be shown again. */
  | { readonly type: 'executor'; readonly executorId: number; readonly page: number }
  | {
      readonly type: 'worker';
      readonly wish: 'suspend' | 'resume';
      readonly executorId: number;
      readonly number: number;
      readonly page: number;
    }
  /** An executor until it is started again; `startedAt` in milliseconds of the epoch. */
  | { readonly type: 'process'; readonly executorId: number; readonly startedAt: number }
  /** A schedule, or one that suspends launches. */
  | {
      readonly type: 'schedule';
      readonly kind: 'schedule' | 'suspend';
      readonly definitionId: number;
      readonly id: number;
    }
  /** Null: of all; from that delivery on. */
  | {
      readonly type: 'deliveries';
      readonly instanceId: number | null;
      readonly definitionId: number | null;
      readonly dead: boolean;
      readonly before: number | null;
    }
  | { readonly type: 'delivery'; readonly deliveryId: number }
  | { readonly type: 'match'; readonly verb: string; readonly definitionId: number }
  | { readonly type: 'none' };

export const pagedLists = ['list', 'workers', 'executions'] as const;
export type PagedList = (typeof pagedLists)[number];

/** The longest filter that a page's button repeats: encoded, nine characters for each at worst. */
export const queryLimit = 200;

export function encodeValue(value: ButtonValue): string {
  switch (value.type) {
    case 'token':
      return `token:${value.instanceId}:${value.tokenId}:${value.attempt}`;
    case 'instance':
      return `instance:${value.instanceId}`;
    case 'execution':
      return `execution:${value.instanceId}:${value.executionId}`;
    case 'definition':
      return `definition:${value.definitionId}`;
    case 'page':
      return `page:${value.of}:${value.page}:${encodeURIComponent(value.query)}`;
    case 'history':
      return `history:${value.definitionId ?? 0}:${value.before ?? 0}`;
    case 'executor':
      return `executor:${value.executorId}:${value.page}`;
    case 'worker':
      return `worker:${value.wish}:${value.executorId}:${value.number}:${value.page}`;
    case 'process':
      return `process:${value.executorId}:${value.startedAt}`;
    case 'schedule':
      return `schedule:${value.kind}:${value.definitionId}:${value.id}`;
    case 'deliveries': {
      const { instanceId, definitionId, dead, before } = value;
      return `deliveries:${instanceId ?? 0}:${definitionId ?? 0}:${Number(dead)}:${before ?? 0}`;
    }
    case 'delivery':
      return `delivery:${value.deliveryId}`;
    case 'match':
      return `match:${value.verb}:${value.definitionId}`;
    case 'none':
      return 'none';
  }
}

/** Whoever sends it may have made it up: null for whatever we would not have written ourselves. */
export function decodeValue(text: unknown): ButtonValue | null {
  if (typeof text !== 'string' || text.length > 2_000) return null;
  const value = read(text);
  return value !== null && encodeValue(value) === text ? value : null;
}

function read(text: string): ButtonValue | null {
  const [type = '', ...rest] = text.split(':');
  const [a, b, c, d] = rest.map((part) => number(part));
  switch (type) {
    case 'token':
      return a && b && c !== null && c !== undefined && rest.length === 3
        ? { type, instanceId: a, tokenId: b, attempt: c }
        : null;
    case 'instance':
      return a && rest.length === 1 ? { type, instanceId: a } : null;
    case 'execution':
      return a && b && rest.length === 2 ? { type, instanceId: a, executionId: b } : null;
    case 'definition':
      return a && rest.length === 1 ? { type, definitionId: a } : null;
    case 'page': {
      const query = rest.length === 3 ? decoded(rest[2] ?? '') : null;
      const of = pagedLists.find((list) => list === rest[0]);
      return of && b && query !== null && query.length <= queryLimit
        ? { type, of, page: b, query }
        : null;
    }
    case 'history':
      return a !== null && a !== undefined && b !== null && b !== undefined && rest.length === 2
        ? { type, definitionId: a || null, before: b || null }
        : null;
    case 'executor':
      return a && b && rest.length === 2 ? { type, executorId: a, page: b } : null;
    case 'worker': {
      const [wish] = rest;
      return (wish === 'suspend' || wish === 'resume') && b && c && d && rest.length === 4
        ? { type, wish, executorId: b, number: c, page: d }
        : null;
    }
    case 'process':
      return a && b && rest.length === 2 ? { type, executorId: a, startedAt: b } : null;
    case 'schedule': {
      const [kind] = rest;
      return (kind === 'schedule' || kind === 'suspend') && b && c && rest.length === 3
        ? { type, kind, definitionId: b, id: c }
        : null;
    }
    case 'deliveries':
      return [a, b, c, d].every((part) => part !== null && part !== undefined) && rest.length === 4
        ? {
            type,
            instanceId: a || null,
            definitionId: b || null,
            dead: c === 1,
            before: d || null,
          }
        : null;
    case 'delivery':
      return a && rest.length === 1 ? { type, deliveryId: a } : null;
    case 'match': {
      const [verb] = rest;
      return verb !== undefined && /^[a-z-]{1,30}$/.test(verb) && b && rest.length === 2
        ? { type, verb, definitionId: b }
        : null;
    }
    case 'none':
      return rest.length === 0 ? { type } : null;
    default:
      return null;
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function number(text: string): number | null {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
