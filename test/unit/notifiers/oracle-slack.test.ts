// What Kuroko2 0.8.0 was recorded to post into Slack, and what is posted now.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureMessage } from '../../../src/messages/failure-message.ts';
import { lateMessage } from '../../../src/messages/late-message.ts';
import { runMessage } from '../../../src/messages/run-message.ts';
import { mustTell } from '../../../src/notifiers/must-tell.ts';
import {
  about,
  definitionOf,
  failedRun,
  instanceOf,
  workingRun,
} from '../../support/run-fixture.ts';
import type { Content } from '../../../src/messages/blocks.ts';
import type { NoticeEvent } from '../../../src/store/outbox.ts';
import type { ShownRun } from '../../../src/store/shown.ts';

interface Case {
  readonly id: string;
  readonly input: {
    readonly action: `notify_${string}`;
    readonly job_definition: {
      readonly id: number;
      readonly name: string;
      readonly slack_channel: string;
      readonly hipchat_additional_text: string | null;
      readonly hipchat_notify_finished: boolean;
      readonly notify_cancellation: boolean;
    };
    readonly job_instance: { readonly id: number };
  };
  readonly expected: {
    readonly requests: readonly { readonly json: { readonly text?: string } }[];
    readonly error?: object;
  };
}

const file = new URL('../../fixtures/oracle/slack.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
const eventOf = ({ input }: Case) => input.action.replace(/^notify_/, '') as NoticeEvent;

/** It raised an error and told nobody, where the log held no error: the failure is told now. */
const crashed = cases.filter(({ expected }) => expected.error !== undefined);

function definition({ input: { job_definition: fields } }: Case) {
  return definitionOf({
    id: fields.id,
    name: fields.name,
    slackChannel: fields.slack_channel === '' ? null : fields.slack_channel,
    notifyAllEvents: fields.hipchat_notify_finished,
    notifyCancellation: fields.notify_cancellation,
    failureText: fields.hipchat_additional_text,
  });
}

it('holds the cases of every event', () => {
  expect(new Set(cases.map(eventOf)).size).toBe(9);
  expect(crashed.map(({ id }) => id)).toEqual(['slack-45']);
});

describe('what is told, by the options of the job', () => {
  it.each(cases.filter((each) => !crashed.includes(each)).map((each) => [each.id, each] as const))(
    '%s is told where it was told then',
    (_, each) => {
      const job = definition(each);
      // By an operator: that the system cancels is an option of its own now, and not both of them.
      const payload = { message: null, by: 'ann' };
      const told = job.slackChannel !== null && mustTell({ event: eventOf(each), payload }, job);
      expect(told).toBe(each.expected.requests.length > 0);
    },
  );

  it('tells of what the system cancels by that option alone, where it took both', () => {
    const payload = { message: null, by: 'ann', bySystem: true };
    const [alone] = cases.filter(({ id }) => id === 'slack-34');
    expect(alone?.expected.requests).toHaveLength(1);
    expect(alone && mustTell({ event: 'cancellation', payload }, definition(alone))).toBe(false);
  });

  it('tells of what the script has skipped always, where it alarmed of a failure first', () => {
    const [silent] = cases.filter(({ id }) => id === 'slack-22');
    const skipped = { event: 'skipping', payload: { message: null } } as const;
    expect(silent && mustTell(skipped, definition(silent))).toBe(true);
  });
});

describe('what a message says', () => {
  const told = cases.filter(({ expected }) => expected.requests.length > 0);
  const runFor = (each: Case): ShownRun => {
    const event = eventOf(each);
    const make = event === 'failure' || event === 'critical' ? failedRun : workingRun;
    const { name, id: definitionId } = each.input.job_definition;
    const { instance } = make();
    const { id } = each.input.job_instance;
    return make({
      definition: definition(each),
      instance: instanceOf({ ...instance, id, definitionId, definitionName: name }),
    });
  };
  const message = (each: Case, run: ShownRun): Content => {
    const event = eventOf(each);
    if (event === 'failure' || event === 'critical') return failureMessage(run, 21, 1, about);
    if (event !== 'long_elapsed_time') return runMessage(run, about);
    return lateMessage(run, 21, { minutes: 90, hours: 0 }, about);
  };

  it.each(told.map((each) => [each.id, each] as const))(
    '%s names the job and links to the run, escaped for Slack, whatever the job is called',
    (_, each) => {
      const run = runFor(each);
      const words = JSON.stringify(message(each, run).blocks);
      const { id, definitionId, definitionName } = run.instance;
      expect(words).toContain(`/definitions/${definitionId}/instances/${id}|`);
      // Then as one attachment a message, "[INFO] Launched 'X'"; now as one message a run, edited in place.
      const name = definitionName
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;');
      expect(words).toContain(JSON.stringify(name).slice(1, -1));
    },
  );

  it('ends a failure with the failure text, which was a second message then', () => {
    const withText = told.filter(({ expected }) => expected.requests.length === 2);
    expect(withText.map(({ id }) => id)).toEqual(['slack-49']);
    for (const each of withText) {
      const words = JSON.stringify(message(each, runFor(each)).blocks);
      expect(words).toContain('@here &lt;x&gt;');
      expect(each.expected.requests[1]?.json.text).toContain('@here <x>');
    }
    // And of a warning it is no part, then as now.
    const [late] = told.filter(({ id }) => id === 'slack-89');
    expect(late && JSON.stringify(message(late, runFor(late)).blocks)).not.toContain('@here');
  });
});
