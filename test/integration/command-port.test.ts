/** The two backends of the port to the operating system, held to the same promises. */

import { onTestFinished } from 'vitest';
import { describeCommandPort } from '../support/command-port.ts';
import { openDirectCommands } from '../support/direct-commands.ts';
import { connectionTo, guardianOfTest } from '../support/guardian.ts';

describeCommandPort('the guardian', async () => {
  const guardian = await guardianOfTest();
  return { connect: () => connectionTo(guardian) };
});

describeCommandPort('a process that starts them itself', () => {
  const direct = openDirectCommands();
  onTestFinished(direct.end);
  return Promise.resolve(direct);
});
