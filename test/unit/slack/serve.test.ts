import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { serve } from '../../../src/slack/serve.ts';
import { openDatabase } from '../../../src/store/database.ts';
import type { Ask } from '../../../src/slack/ask.ts';

it('says of a database that is away what that means, and not that something went wrong', async () => {
  // Nobody listens there. What is said with a database that is there, the tests of the commands see.
  const db = openDatabase('postgres://nobody@127.0.0.1:1/nothing', { max: 1 });
  onTestFinished(() => db.close());
  const said: string[] = [];
  const ask: Ask = {
    userId: 'U1',
    fromBot: false,
    channel: 'C1',
    channelName: 'general',
    threadTs: null,
    key: 'command:1',
    triggerId: null,
    answer: async ({ text }) => void said.push(text),
    announce: async () => {},
  };
  const identify = async () => ({ name: 'alice', teamId: 'T1', standing: 'member' as const });
  const log = pino({ level: 'silent' });
  await serve({ config: loadConfig({}), db, identify, log }, ask, async () => {});
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^The database cannot be reached at the moment\. What runs goes on\./);
  expect(said[0]).toMatch(/Reference: [0-9a-f]{6}$/);
});
