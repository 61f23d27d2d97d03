import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setAsideMail, switchedOffMail } from '../../../src/messages/mail-operators.ts';
import {
  failureMail,
  lateMail,
  lostMail,
  reminderMail,
  unassignedMail,
  type RunNews,
} from '../../../src/messages/mail-run.ts';
import type { MailText } from '../../../src/messages/mail.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import { at, definitionOf, executionOf, instanceOf } from '../../support/run-fixture.ts';

const context = {
  baseUrl: 'https://kuroko.example.com',
  timeText: (moment: Date) => moment.toISOString().replace('.000Z', '+09:00'),
};
const masked = (text: string): Masked => text as Masked;

const switchedOff = {
  target: 'webhook',
  endpoint: 'https://x.example/h',
  deliveryId: 7,
  definitionId: 3,
  since: '2026-07-29T12:00:00.000Z',
  reason: 'it answered 500',
};

function newsOf(fields: Partial<RunNews> = {}): RunNews {
  return {
    event: 'failure',
    payload: { message: masked('/2-execute: exit 3') },
    at: at('12:02:00'),
    instance: instanceOf({ status: 'error', errorAt: at('12:02:00') }),
    definition: definitionOf({ description: '## Recovery Procedures\nCall **somebody**.' }),
    prevented: 0,
    execution: executionOf({ status: 'finished', exitStatus: 3 }),
    tail: 'reading\n\u001B[31mno such table\u001B[0m\n',
    ...fields,
  };
}

describe('mail of a failure', () => {
  const mail = failureMail(
    newsOf({ definition: definitionOf({ ...newsOf().definition, failureText: '@oncall' }) }),
    context,
  );

  it('says what failed where and how, the last lines, what to do, and where to look', () => {
    expect(mail.subject).toBe("[CRITICAL] Failed to execute 'nightly-report' on kuroko");
    expect(mail.text).toBe(`nightly-report #12 failed at execute: ./report.sh.

It waits for somebody: Retry, Skip or Cancel in Slack, or kuroko retry 12, kuroko skip 12, kuroko cancel 12.

Job:      nightly-report
          https://kuroko.example.com/definitions/3
Run:      #12
          https://kuroko.example.com/definitions/3/instances/12
Launched: 2026-07-30 12:00:00 +09:00 by ann
Step:     execute: ./report.sh
          /2-execute
Result:   exit status 3
Host:     worker-1
At:       2026-07-30 12:02:00 +09:00

@oncall

The last lines that it wrote:

reading
no such table

About this job:

## Recovery Procedures
Call **somebody**.

-- 
[CRITICAL] Failed to execute 'nightly-report' on kuroko
You get this as an admin of the job, or as an operator of Kuroko.`);
  });

  it('says the same in HTML, with the procedures as they are meant', () => {
    for (const part of [
      '<title>[CRITICAL] Failed to execute &#x27;nightly-report&#x27; on kuroko</title>',
      '<h3>Recovery Procedures</h3>\n<p>Call <strong>somebody</strong>.</p>',
      'href="https://kuroko.example.com/definitions/3/instances/12"',
      'href="https://kuroko.example.com/definitions/3"',
      'exit status 3',
      'no such table</pre>',
      '@oncall',
    ]) {
      expect(mail.html).toContain(part);
    }
  });

  it('names the reason of a step that ran no command, and no output', () => {
    const payload = { message: masked('/1-wait: waited for more than 60 minutes') };
    const { text } = failureMail(newsOf({ payload, execution: null, tail: '' }), context);
    expect(text).toContain('Result:   waited for more than 60 minutes\n');
    expect(text).toContain('/1-wait\n');
    expect(text).not.toContain('wrote');
  });

  it('says so when a command wrote nothing', () => {
    expect(failureMail(newsOf({ tail: '\n' }), context).text).not.toContain('The last lines');
    expect(failureMail(newsOf({ tail: '' }), context).text).toContain('It wrote nothing.');
  });
});

describe('the subjects', () => {
  const of = (fields: Partial<RunNews>) => newsOf(fields);
  it.each<[string, MailText]>([
    [
      "[CRITICAL] Failed to execute 'nightly-report' on kuroko",
      failureMail(of({ event: 'critical' }), context),
    ],
    [
      "[CRITICAL] Failed to execute 'nightly-report' on kuroko",
      failureMail(of({ event: 'cancellation' }), context),
    ],
    [
      "[WARN] 'nightly-report' is still in ERROR state",
      reminderMail(of({ event: 'reminder' }), context),
    ],
    [
      "[WARN] The running time is longer than expected 'nightly-report' on kuroko",
      lateMail(of({ event: 'long_elapsed_time' }), context),
    ],
    ['[CRITICAL] A delivery is switched off on kuroko', switchedOffMail(switchedOff, context)],
    ['[CRITICAL] Process is not running on kuroko', lostMail(of({}), context)],
    [
      '[CRITICAL] Process is not assigned to any job-executor',
      unassignedMail(of({ event: 'unstarted' }), context),
    ],
  ])('%s', (subject, mail) => {
    expect(mail.subject).toBe(subject);
  });
});

describe('the first sentence', () => {
  const lead = ({ text }: MailText): string => text.split('\n')[0] ?? '';
  const reason = masked('This job was canceled: instance 4 is still working.');

  it.each<[string, MailText]>([
    [
      'nightly-report #12 cannot go on and was cancelled: rails_env: no such environment',
      failureMail(
        newsOf({
          event: 'critical',
          execution: null,
          payload: { message: masked('/0-rails_env: rails_env: no such environment') },
        }),
        context,
      ),
    ],
    [
      'nightly-report #12 was cancelled by ben.',
      failureMail(
        newsOf({ event: 'cancellation', execution: null, payload: { message: reason, by: 'ben' } }),
        context,
      ),
    ],
    [
      'nightly-report #12 was not launched. This job was canceled: instance 4 is still working.',
      failureMail(
        newsOf({
          event: 'cancellation',
          execution: null,
          payload: { message: reason, by: 'ben', bySystem: true },
        }),
        context,
      ),
    ],
    [
      'nightly-report #12 failed 2026-07-30 12:02:00 +09:00 and still waits for somebody.',
      reminderMail(newsOf({ event: 'reminder' }), context),
    ],
    [
      'nightly-report #12 takes longer than the 2 h 30 min that were expected of it.',
      lateMail(
        newsOf({
          event: 'long_elapsed_time',
          payload: { message: null, late: { minutes: 150, hours: 0 } },
        }),
        context,
      ),
    ],
    [
      'The command execute: ./report.sh of nightly-report #12 is lost: nobody knows how it ended.',
      lostMail(
        newsOf({ execution: executionOf({ status: 'lost', evidence: 'unknown' }) }),
        context,
      ),
    ],
    [
      'execute: ./report.sh of nightly-report #12 waits for a worker: none serves the queue batch.',
      unassignedMail(
        newsOf({
          event: 'unstarted',
          payload: { message: null, unstarted: { queue: 'batch', workers: 'none' } },
        }),
        context,
      ),
    ],
    [
      '23 commands wait for a worker of the queue batch: none serves it.',
      unassignedMail(
        newsOf({
          event: 'backlog',
          payload: { message: null, unstarted: { queue: 'batch', workers: 'none', waiting: 23 } },
        }),
        context,
      ),
    ],
    [
      'The schedule 0 3 * * * of nightly-report could not be launched and was set aside: no script',
      setAsideMail(
        {
          definitionId: 3,
          definitionName: masked('nightly-report'),
          cron: '0 3 * * *',
          reason: masked('no script'),
          channel: null,
        },
        context,
      ),
    ],
    [
      'Nothing is sent to the webhook https://x.example/h any more: it has failed since 2026-07-29 12:00:00 +09:00, the last time because it answered 500.',
      switchedOffMail(switchedOff, context),
    ],
  ])('%s', (sentence, mail) => {
    expect(lead(mail)).toBe(sentence);
  });
});

it('says of a lost command whether a retry is safe', () => {
  const lost = executionOf({ status: 'lost', evidence: 'unknown', host: 'batch-1' });
  expect(lostMail(newsOf({ execution: lost }), context).text).toContain(
    'It may still run on batch-1.',
  );
  const proven = executionOf({ ...lost, groupEmptyAt: at('12:01:00') });
  expect(lostMail(newsOf({ execution: proven }), context).text).toContain('Retry is safe');
});

/** Every mail in which everything that people and commands write is `text`. */
function mailsOf(text: string): MailText[] {
  const script = `execute: ${text.replaceAll(/[\r\n]/g, ' ')}\n`;
  const news = newsOf({
    payload: {
      message: masked(`/0-execute: ${text}`),
      by: text,
      unstarted: { queue: text, workers: 'none' },
    },
    instance: instanceOf({ script, definitionName: text, launchedBy: text, status: 'error' }),
    definition: definitionOf({
      name: text,
      description: `# ${text}\n- ${text}`,
      failureText: text,
    }),
    execution: executionOf({
      path: '/0-execute',
      shell: text,
      host: text,
      status: 'lost',
      evidence: text,
    }),
    tail: text,
  });
  const {
    definition: { name },
    payload: { message: reason },
  } = news;
  return [
    failureMail(news, context),
    failureMail(
      { ...news, execution: executionOf({ host: text, termSignal: text, status: 'finished' }) },
      context,
    ),
    failureMail({ ...news, event: 'critical', execution: null }, context),
    failureMail({ ...news, event: 'cancellation', execution: null }, context),
    lostMail(news, context),
    reminderMail(news, context),
    lateMail(news, context),
    unassignedMail(news, context),
    switchedOffMail({ ...switchedOff, endpoint: text, reason: text, target: text }, context),
    setAsideMail(
      {
        definitionId: 1,
        definitionName: masked(name),
        cron: text,
        reason: reason ?? masked(''),
        channel: null,
      },
      context,
    ),
  ];
}

const tagsOf = (html: string): string[] => Array.from(html.matchAll(/<[^>]*>?/g), ([tag]) => tag);

it('keeps hostile names and outputs from being more than text', () => {
  const [harmless] = [mailsOf('harmless')];
  const ours = new Set(harmless.flatMap(({ html }) => tagsOf(html)));
  const fromMarkdown =
    /^<(?:\/?(?:h3|p|ul|ol|li|pre|code|strong|blockquote|a)|br|a href="(?:https?:\/\/|mailto:)[^"<>]*")>$/i;
  const styled = /^<p (?:class="dim" )?style="[\w:;#. -]*"(?: dir="auto")?>$/;
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const { subject, html } of mailsOf(text)) {
        expect(subject).toMatch(
          /^\[(?:CRITICAL|WARN)\] [^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]*$/u,
        );
        expect(subject.length).toBeLessThanOrEqual(400);
        const strange = tagsOf(html).filter(
          (tag) => !ours.has(tag) && !styled.test(tag) && !fromMarkdown.test(tag),
        );
        expect(strange).toEqual([]);
      }
    }),
    { numRuns: 60, examples: hostileTexts.map((text): [string] => [text]) },
  );
});
