/** What the message of a run says of others: what launched it, what it launched, what it waits for. */
import { describe, expect, it } from 'vitest';
import { failureMessage } from '../../../src/messages/failure-message.ts';
import { lateMessage } from '../../../src/messages/late-message.ts';
import { runMessage } from '../../../src/messages/run-message.ts';
import {
  about,
  at,
  failedRun,
  instanceOf,
  tokenOf,
  workingRun,
} from '../../support/run-fixture.ts';
import type { ChildInstance } from '../../../src/store/relations.ts';

const script = 'wait: 7/daily\nsub_process: 5\n';
const page = (definition: number, instance: number) =>
  `http://localhost:5000/definitions/${definition}/instances/${instance}`;

const child = (fields: Partial<ChildInstance> = {}): ChildInstance => ({
  id: 15,
  definitionId: 5,
  definitionName: 'fetch',
  status: 'working',
  tokenId: 21,
  attempt: 1,
  createdAt: at('12:01:00'),
  ...fields,
});

const waiting = (fields: Parameters<typeof workingRun>[0] = {}) =>
  workingRun({
    instance: instanceOf({ script }),
    tokens: [tokenOf({ path: '/0-wait', status: 'waiting', attempt: 1 })],
    executions: [],
    ...fields,
  });

const text = (content: unknown): string => JSON.stringify(content);

describe('the message of a run', () => {
  it('links what launched it, and what it has launched, the open ones first', () => {
    const message = text(
      runMessage(
        waiting({
          parent: { id: 9, definitionId: 2, definitionName: 'nightly', status: 'working' },
          children: [
            child({ id: 14, status: 'success' }),
            child(),
            child({ id: 16, status: 'error' }),
          ],
        }),
        about,
      ),
    );
    expect(message).toContain(`sub process of <${page(2, 9)}|#9 nightly>`);
    expect(message).toContain(`launched <${page(5, 15)}|#15> fetch: ▶️ working`);
    expect(message.indexOf('#15>')).toBeLessThan(message.indexOf('#14>'));
    expect(message.indexOf('#16>')).toBeLessThan(message.indexOf('#14>'));
  });

  it('says what it waits for, and what of that has finished', () => {
    const message = text(
      runMessage(
        waiting({
          awaited: [
            {
              tokenId: 21,
              definitionId: 7,
              definitionName: 'load',
              period: 'daily',
              instanceId: null,
            },
            {
              tokenId: 21,
              definitionId: 8,
              definitionName: 'clean',
              period: 'daily',
              instanceId: 44,
            },
          ],
        }),
        about,
      ),
    );
    expect(message).toContain(
      'waiting for <http://localhost:5000/definitions/7|load> (job 7, daily)',
    );
    expect(message).toContain(`<${page(8, 44)}|#44> has finished`);
  });

  it('names five of many, and escapes what others are called', () => {
    const children = Array.from({ length: 300 }, (_, index) =>
      child({ id: 100 + index, definitionName: '<!channel> & co' }),
    );
    const message = text(runMessage(waiting({ children }), about));
    expect(message.match(/launched </g)).toHaveLength(5);
    expect(message).toContain('and 295 more');
    expect(message).not.toContain('<!channel>');
  });

  it('has Skip for the one step that waits, but not for a fork', () => {
    const actions = (tokens: ReturnType<typeof tokenOf>[]) =>
      text(runMessage(waiting({ tokens }), about)).match(/"action_id":"\w+"/g);
    expect(actions([tokenOf({ path: '/0-wait', status: 'waiting', attempt: 3 })])).toEqual([
      '"action_id":"skip"',
      '"action_id":"cancel"',
      '"action_id":"logs"',
    ]);
    expect(actions([tokenOf({ status: 'waiting', openChildren: 2 })])).toEqual([
      '"action_id":"cancel"',
      '"action_id":"logs"',
    ]);
  });
});

describe('the failure of a step without a command', () => {
  it('says why, as the log has it', () => {
    const reason = 'waiting jobs `7/daily` timeout.';
    const run = failedRun({ executions: [], reasons: new Map([[21, reason]]) });
    expect(text(failureMessage(run, 21, 1, about))).toContain('waiting jobs');
    const settled = failedRun({ executions: [], reasons: new Map() });
    expect(text(failureMessage(settled, 21, 1, about))).toContain('The log says why.');
  });
});

describe('a warning', () => {
  it('says how long was expected and where it is', () => {
    const message = lateMessage(workingRun(), 21, { minutes: 90, hours: 0 }, about);
    expect(message.text).toBe("The running time of 'nightly-report' is longer than expected.");
    expect(text(message)).toContain('longer than the 1 h 30 min that were expected');
    expect(text(message)).toContain('report.sh');
  });
});
