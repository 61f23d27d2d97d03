import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createSlackApi } from '../../src/notifiers/slack-api.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launch } from '../../src/operations/launch.ts';
import { createDeliveries } from '../../src/workers/deliveries.ts';
import { slackBooks } from '../../src/workers/slack-books.ts';
import { faultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { define, facts, member } from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { startSlackStandIn } from '../support/slack-stand-in.ts';
import { until } from '../support/until.ts';

const secrets = long ? 1_000 : 12;
const rooms = long ? 40 : 12;

/** Of every length that is masked, and of characters that shells, JSON, Slack and patterns take for more. */
function randomSecret(index: number): string {
  const alphabet =
    index % 2 === 0 ? 'abcdefghijklmnop0123456789' : `aB3<>&"'\`\\$*_~|%{}[]()@#!;äß漢😀`;
  const letters = Array.from(alphabet);
  const length = 6 + (index % 40);
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
}

it(
  'no secret that a command writes is found in Slack, logs or the outbox',
  { timeout: 1_200_000 },
  async () => {
    const { db, witness } = await faultStage(onTestFinished);
    await witness();
    const slack = await startSlackStandIn();
    onTestFinished(() => slack.stop());
    const values = Array.from({ length: secrets }, (_, index) => randomSecret(index));
    const jobs = await Promise.all(
      Array.from({ length: rooms }, async (_, index) => {
        slack.channel(`#room-${index}`, { id: `C0ROOM${index}`, member: true });
        // Shown as it is, in pieces, and beside what may be told; `echo` would make others of some.
        return define(
          db,
          `execute: printf '%s\\n' "of $JOB_NAME: $MY_TOKEN"; printf '%s' "$MY_TOKEN" | cut -c1-3 | tr -d '\\n'; printf '%s' "$MY_TOKEN" | cut -c4-; exit 3\n`,
          { name: `job-${index}`, slackChannel: `#room-${index}`, failureText: 'call' },
        );
      }),
    );
    for (const [index, value] of values.entries()) {
      const wish = {
        definitionId: jobs[index % rooms]?.id ?? 0,
        env: { MY_TOKEN: value, JOB_NAME: `visible-${index}` },
        actor: member('alice'),
        from: 'slack' as const,
        launchKey: `secret-${index}`,
        channel: null,
      };
      await inTransaction(db, (tx) => launch(tx, [wish], facts));
    }
    expect(await settled(db, 600_000)).toEqual({ error: secrets });

    const api = createSlackApi({ botToken: 'xoxb-test', apiUrl: slack.apiUrl });
    onTestFinished(() => api.stop());
    const about = () => ({ baseUrl: 'http://kuroko.example', now: new Date() });
    const notifier = { api, books: slackBooks(db, facts), about, defaultChannel: null };
    const deliveries = createDeliveries({ db, notifier, log: createLog('test'), onRoom: () => {} });
    await until(
      'an empty outbox',
      async () => {
        await deliveries.take();
        const [row] = await db.query<{ open: number }>(
          'select count(*) as open from outbox where delivered_at is null and dead_at is null',
        );
        return row?.open === 0;
      },
      600_000,
    );
    const rows = await Promise.all(
      ['logs', 'outbox', 'output', 'slack_messages', 'audit'].map((table) =>
        db.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`),
      ),
    );
    const output = await db.query<{ bytes: Buffer }>('select bytes from output');
    const places = new Map([
      [
        'Slack',
        JSON.stringify(slack.calls.map(({ args }) => args)) + JSON.stringify(slack.messages),
      ],
      [
        'the database',
        rows
          .flat()
          .map(({ row }) => row)
          .join('\n'),
      ],
      ['output', Buffer.concat(output.map(({ bytes }) => bytes)).toString('utf8')],
    ]);
    // All of it was there to be found.
    for (const text of places.values()) expect(text).toContain('visible-0');
    const found = values.flatMap((value) =>
      formsOf(value).flatMap((form) =>
        [...places]
          .filter(([, text]) => text.includes(form))
          .map(([place]) => `${place}: ${value}`),
      ),
    );
    expect(found).toEqual([]);
    process.stdout.write(`${secrets} secrets, ${slack.calls.length} calls to Slack: none found\n`);
  },
);

/** As it is, and as JSON and Slack write it. */
function formsOf(value: string): string[] {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const json = (text: string) => JSON.stringify(text).slice(1, -1);
  return [...new Set([value, json(value), escaped, json(escaped), json(json(escaped))])];
}
