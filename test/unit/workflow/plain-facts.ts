/** Facts of a world without configuration, and one custom task. */
import type { Facts } from '../../../src/workflow/facts.ts';

export const plainFacts: Facts = {
  outputTail: '',
  railsEnvCeiling: 'production',
  commands: new Map([
    [
      'runner',
      { shell: (option) => `bin/runner '${option}'`, chdir: '/srv/app', env: { LEVEL: 'info' } },
    ],
  ]),
};
