import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../../src/messages/action-ids.ts';
import {
  ambiguousAnswer,
  errorAnswer,
  inviteAnswer,
  unknownVerbAnswer,
} from '../../../src/messages/answers.ts';
import type { Content } from '../../../src/messages/blocks.ts';
import { definitionCard } from '../../../src/messages/definition-card.ts';
import { launchModal } from '../../../src/messages/launch-modal.ts';
import { listMessage } from '../../../src/messages/list-message.ts';
import { logsMessage } from '../../../src/messages/logs-message.ts';
import { statusMessage } from '../../../src/messages/status-message.ts';
import { buttonsOf } from '../../support/buttons-of.ts';
import { about, at, definitionOf, executionOf, instanceOf } from '../../support/run-fixture.ts';

const nextRuns = new Map([[11, { at: at('14:00:00'), setAside: 1 }]]);
const unscheduled = { schedules: [], suspends: [], nextAt: null };

const words = (content: Content): string => JSON.stringify(content.blocks);

const summary = (id: number) => ({
  id,
  name: `job-${id}`,
  tags: ['daily'],
  suspended: false,
  lastInstanceId: 12,
  lastStatus: 'error' as const,
  lastCreatedAt: at('12:00:00'),
});

describe('a list of jobs', () => {
  it('shows ten with their last run, and the way to the other pages', () => {
    const definitions = Array.from({ length: 10 }, (_, index) => summary(index + 11));
    const message = listMessage(
      { definitions, nextRuns, total: 35, page: 2, query: 'a & tag:b' },
      about,
    );
    expect(message.text).toBe('35 jobs for "a &amp; tag:b" · page 2 of 4');
    expect(words(message)).toContain('/definitions/11|job-11>* · job 11 · daily\\n❌ error');
    expect(words(message)).toMatch(
      /\/definitions\/11\|job-11>.* · next <!date.*🛑 a schedule is set aside/,
    );
    expect(words(message).match(/ · next </g)).toHaveLength(1);
    expect(buttonsOf(message)).toHaveLength(22);
    expect(
      buttonsOf(message)
        .slice(-2)
        .map(({ value }) => decodeValue(value)),
    ).toEqual([
      { type: 'page', of: 'list', page: 1, query: 'a & tag:b' },
      { type: 'page', of: 'list', page: 3, query: 'a & tag:b' },
    ]);
    expect(decodeValue(buttonsOf(message)[0]?.value)).toEqual({
      type: 'definition',
      definitionId: 11,
    });
  });

  it('has no way to pages that do not exist', () => {
    const one = listMessage(
      { definitions: [summary(1)], nextRuns, total: 1, page: 1, query: '' },
      about,
    );
    expect(one.text).toBe('1 job');
    expect(buttonsOf(one).map(({ text }) => text.text)).toEqual(['Launch', 'Show']);
  });

  it('says that there is none', () => {
    const none = { definitions: [], nextRuns, total: 0, page: 1 };
    expect(listMessage({ ...none, query: '' }, about).text).toBe('There is no job yet.');
    expect(listMessage({ ...none, query: 'x' }, about).text).toBe('No job matches "x".');
  });
});

it('shows what failed before what runs', () => {
  const message = statusMessage(
    [instanceOf({ id: 14 }), instanceOf({ id: 13, status: 'error' })],
    about,
  );
  expect(message.text).toBe('1 running, 1 failed and waiting for somebody');
  expect(words(message).indexOf('#13')).toBeLessThan(words(message).indexOf('#14'));
  expect(buttonsOf(message).map(({ value }) => decodeValue(value))).toEqual([
    { type: 'instance', instanceId: 13 },
    { type: 'instance', instanceId: 14 },
  ]);
});

it('shows a job with script, admins and last runs', () => {
  const admins = [
    { id: 1, kind: 'person', name: 'ann', slackTeamId: 'T1', slackUserId: 'U0ANN', email: null },
    { id: 2, kind: 'group', name: 'ops', slackTeamId: null, slackUserId: null, email: 'o@x' },
  ] as const;
  const definition = definitionOf({ description: '# Report\nDaily.', tags: ['daily'] });
  const message = definitionCard(
    {
      definition,
      admins,
      instances: [instanceOf()],
      memoryExpectancy: 12_900_000,
      schedules: unscheduled,
      mayEdit: true,
    },
    about,
  );
  expect(words(message)).toContain('*Report*\\nDaily.');
  expect(words(message)).toContain('Looked after by <@U0ANN>, ops');
  expect(words(message)).toContain('execute: ./report.sh');
  expect(words(message)).toContain('needs up to 12.3 MB of memory');
  expect(words(message)).toContain('#12> ▶️ working');
  expect(buttonsOf(message).map(({ text }) => text.text)).toEqual([
    'Launch',
    'Launch with values…',
    'Schedules',
  ]);
  expect(words(message)).toContain('No schedule: launched by hand only.');
});

it('shows the end of a log and of what commands wrote', () => {
  const line = {
    id: 1,
    at: at('12:00:01'),
    level: 'ERROR',
    message: 'a <b>',
    tokenId: null,
  } as const;
  const message = logsMessage(
    {
      instance: instanceOf(),
      lines: [...Array.from({ length: 40 }, () => line), { ...line, message: 'the last' }],
      outputs: [{ execution: executionOf(), tail: 'one\ntwo\n' }],
    },
    about,
  );
  expect(words(message)).toContain('12:00:01 ERROR a &lt;b&gt;\\n12:00:01 ERROR the last\\n```');
  expect(words(message)).toContain('`./report.sh`');
  expect(words(message)).toContain('one\\ntwo\\n```');
  expect(words(message)).toContain('11 earlier lines');
});

describe('the launch modal', () => {
  const definitions = Array.from({ length: 150 }, (_, index) => ({
    id: index + 1,
    name: `job-${index + 1}`,
  }));
  const select = (modal: ReturnType<typeof launchModal>) => {
    for (const block of modal.blocks) {
      if (block.type === 'input' && block.element.type === 'static_select') return block.element;
    }
    return undefined;
  };

  it('offers a hundred jobs and says that there are more', () => {
    const modal = launchModal({ definitions, total: 150 });
    expect(select(modal)?.options).toHaveLength(100);
    expect(JSON.stringify(modal.blocks)).toContain('100 of 150 jobs');
    expect(
      JSON.stringify(launchModal({ definitions: definitions.slice(0, 3), total: 3 }).blocks),
    ).not.toContain('of 3 jobs');
  });

  it('has the chosen one among them, wherever it stood', () => {
    const modal = launchModal({ definitions, total: 150, selected: 140 });
    expect(select(modal)?.initial_option).toEqual(select(modal)?.options[0]);
    expect(select(modal)?.initial_option?.value).toBe('140');
  });

  it('keeps what was typed', () => {
    const modal = launchModal({
      definitions,
      total: 150,
      env: 'A=<1>',
      channel: 'C1',
      metadata: 'm',
    });
    expect(JSON.stringify(modal.blocks)).toContain('"initial_value":"A=<1>"');
    expect(JSON.stringify(modal.blocks)).toContain('"initial_conversation":"C1"');
    expect(modal.private_metadata).toBe('m');
  });
});

describe('a private answer', () => {
  it('lists problems one by one', () => {
    expect(words(errorAnswer('Not saved.', ['a < b', 'c']))).toContain(
      'Not saved.\\n• a &lt; b\\n• c',
    );
    expect(errorAnswer('Not saved.', ['a']).text).toBe('Not saved.');
    expect(
      words(
        errorAnswer(
          'x',
          Array.from({ length: 15 }, () => 'y'),
        ),
      ),
    ).toContain('and 5 more');
  });

  it('offers what can be meant, up to five', () => {
    const candidates = Array.from({ length: 7 }, (_, index) => ({ id: index + 1, name: 'report' }));
    const answer = ambiguousAnswer({ verb: 'launch', ref: 'Report', candidates });
    expect(buttonsOf(answer).map(({ value }) => decodeValue(value))).toEqual(
      [1, 2, 3, 4, 5].map((definitionId) => ({ type: 'match', verb: 'launch', definitionId })),
    );
    expect(words(answer)).toContain('and 2 more');
  });

  it('asks what was meant', () => {
    expect(unknownVerbAnswer('lanch', 'launch').text).toBe(
      'I do not know `lanch`. Did you mean `/kuroko launch`?',
    );
    expect(unknownVerbAnswer('x`y', null).text).toBe(
      'I do not know `xˋy`. `/kuroko help` says what I know.',
    );
  });

  it('asks for an invitation', () => {
    expect(inviteAnswer('C0ALERTS').text).toBe(
      'I cannot write to <#C0ALERTS>. Invite me there: `/invite @kuroko`',
    );
    expect(inviteAnswer(null).text).toContain('that channel');
  });
});
