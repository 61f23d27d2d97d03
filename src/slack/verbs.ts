/** The verbs that a command can begin with. */
export const verbs = [
  'help',
  'launch',
  'list',
  'show',
  'status',
  'logs',
  'retry',
  'skip',
  'cancel',
  'terminate',
  'workers',
  'executions',
  'history',
  'schedule',
  'suspend-schedule',
  'suspend',
  'resume',
  'why',
  'deliveries',
  'hook',
  'restart',
] as const;

export type Verb = (typeof verbs)[number];

/** What can be done to an instance. */
export type InstanceVerb = Extract<Verb, 'retry' | 'skip' | 'cancel' | 'terminate'>;
