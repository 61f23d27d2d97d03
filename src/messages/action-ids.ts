/** Every name that Slack gives back to us, and the values that buttons carry. */

export const commandName = '/kuroko';

/** Of buttons: what a click asks for. */
export const actionIds = {
  retry: 'retry',
  skip: 'skip',
  cancel: 'cancel',
  terminate: 'terminate',
  /** More failed tokens than fit beside one another: answered with `chooseStepMessage`. */
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
  /** One of several jobs that were meant, or the verb that was meant. */
  match: 'match',
  /** Buttons of the help: the verb without a word more. */
  helpList: 'help_list',
  helpStatus: 'help_status',
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

/** Of modals: what a submit is about. */
export const callbackIds = { launch: 'launch' } as const;

/** Of the launch modal: problems are answered by block; values are found by block, then action. */
export const launchFields = {
  job: { blockId: 'job', actionId: 'job_value' },
  env: { blockId: 'env', actionId: 'env_value' },
  channel: { blockId: 'channel', actionId: 'channel_value' },
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
  /** The words after `list`, as typed; a reader's own filter, given back to him. */
  | { readonly type: 'page'; readonly page: number; readonly query: string }
  | { readonly type: 'match'; readonly verb: string; readonly definitionId: number }
  | { readonly type: 'none' };

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
      return `page:${value.page}:${encodeURIComponent(value.query)}`;
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
  const [a, b, c] = rest.map((part) => number(part));
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
      const query = rest.length === 2 ? decoded(rest[1] ?? '') : null;
      return a && query !== null && query.length <= queryLimit ? { type, page: a, query } : null;
    }
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
