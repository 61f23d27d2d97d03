/** What a definition is before somebody says more of it. */
import type { DefinitionFields } from '../store/definitions.ts';

export const newDefinition: DefinitionFields = {
  name: '',
  description: '',
  script: '',
  tags: [],
  suspended: false,
  preventMulti: 'working_or_error',
  notifyAllEvents: true,
  notifyCancellation: true,
  slackChannel: null,
  webhookUrl: null,
  hipchatRoom: null,
  failureText: null,
  apiAllowed: false,
  retryLost: false,
  killGrace: null,
};
