import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../../src/messages/action-ids.ts';
import type { Content } from '../../../src/messages/blocks.ts';
import { checkMessage } from '../../../src/messages/check-message.ts';
import { executionsMessage } from '../../../src/messages/executions-message.ts';
import { historyMessage } from '../../../src/messages/history-message.ts';
import { numberRanges } from '../../../src/messages/number-ranges.ts';
import {
  restartAsked,
  restartBack,
  restartLate,
  restartMessage,
} from '../../../src/messages/restart-message.ts';
import { restartBackNews, restartRefusedNews } from '../../../src/messages/restart-news.ts';
import {
  executorDeed,
  executorLate,
  workerDeed,
  workerLate,
} from '../../../src/messages/worker-deeds.ts';
import { person } from '../../../src/messages/phrases.ts';
import { workersMessage } from '../../../src/messages/workers-message.ts';
import { buttonsOf, labelsOf, menusOf } from '../../support/buttons-of.ts';
import { endedOf, executorOf, pendingOf, runningOf, workerOf } from '../../support/host-fixture.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import { about, at } from '../../support/run-fixture.ts';

const texts = ({ blocks }: Content): string[] =>
  blocks.flatMap((block) => (block.type === 'section' ? [readable(block.text.text)] : []));

/** Links by their label, moments by what is written where Slack cannot show them. */
const readable = (text: string): string =>
  text.replaceAll(/<[^<>|]*\|([^<>]*)>/g, '$1').replaceAll(/<@(\w+)>/g, '@$1');

const page = { total: 1, page: 1, mayAdminister: false };

describe('workers', () => {
  it('are shown with what they run until when, and which are free, suspended or both', () => {
    const executor = executorOf({
      workers: [
        workerOf({ number: 1, running: runningOf() }),
        workerOf({ number: 2, suspended: true, suspensionBy: 'ben' }),
        workerOf({ number: 3, suspended: true, running: runningOf({ workerNumber: 3 }) }),
        ...[4, 5, 6, 8].map((number) => workerOf({ number })),
      ],
    });
    const message = workersMessage({ ...page, executors: [executor] }, about);
    expect(message.text).toBe('2 of 7 workers busy');
    expect(texts(message)[1]?.split('\n')).toEqual([
      '*`web-1`* · queue `@default` · 2 of 7 busy',
      '▶️ 1 · nightly-report #12 `./report.sh` since 2026-07-30 12:00 UTC, until about 2026-07-30 12:20 UTC',
      '▶️ 3 · nightly-report #12 `./report.sh` since 2026-07-30 12:00 UTC, until about 2026-07-30 12:20 UTC · then suspended',
      '○ 4–6, 8 free',
      '⏸️ 2 (ben) suspended',
    ]);
  });

  it.each([
    [{ type: 'unknown' }, 'end not known'],
    [{ type: 'overdue', at: at('12:05:00') }, 'should have ended at 2026-07-30 12:05 UTC'],
    [{ type: 'at', at: new Date('2026-08-02T09:00:00Z') }, 'until about 2026-08-02 09:00:00 UTC'],
  ] as const)('are said to run %j', (expectedEnd, words) => {
    const workers = [workerOf({ running: runningOf({ expectedEnd }) })];
    const message = workersMessage({ ...page, executors: [executorOf({ workers })] }, about);
    expect(texts(message)[1]).toContain(words);
  });

  it('of an executor that is away, has left, or drains are not called free', () => {
    const [away, left, draining] = [
      executorOf({ presence: 'away', beatAt: at('12:01:00') }),
      executorOf({
        presence: 'left',
        leftAt: at('12:02:00'),
        workers: [workerOf({ running: runningOf({ stopRequestedBy: 'ann' }) })],
      }),
      executorOf({
        drainingAt: at('12:03:00'),
        drainingBy: 'ann',
        estimate: { type: 'at', at: at('12:20:00') },
      }),
    ].map((executor) => texts(workersMessage({ ...page, executors: [executor] }, about))[1]);
    expect(away).toContain('⚠️ not heard of since 2026-07-30 12:01:00 UTC\n– 1–4 idle');
    expect(left).toContain('⚠️ left 2026-07-30 12:02:00 UTC, and still holds commands');
    expect(left).toContain('is being stopped');
    expect(draining).toContain(
      '⏏️ draining since 2026-07-30 12:03 UTC by ann: the last command should end at about 2026-07-30 12:20 UTC\n– 1–4 idle',
    );
  });

  it('carry a menu and buttons for operators only', () => {
    const executor = executorOf({
      workers: [workerOf(), workerOf({ number: 2, suspended: true })],
    });
    const seen = workersMessage({ ...page, executors: [executor] }, about);
    expect([...menusOf(seen), ...buttonsOf(seen)]).toEqual([]);
    const operated = workersMessage(
      {
        ...page,
        executors: [executor, executorOf({ id: 8, drainingAt: at('12:00:00') })],
        page: 2,
        total: 10,
        mayAdminister: true,
      },
      about,
    );
    const [menu] = menusOf(operated);
    const value = { type: 'worker', executorId: 7, page: 2 };
    expect(menu?.options.map(({ text, value: given }) => [text.text, decodeValue(given)])).toEqual([
      ['Suspend worker 1', { ...value, wish: 'suspend', number: 1 }],
      ['Resume worker 2', { ...value, wish: 'resume', number: 2 }],
    ]);
    expect(
      buttonsOf(operated)
        .slice(0, 3)
        .map(({ text, value: given }) => [text.text, decodeValue(given)]),
    ).toEqual([
      ['Drain', { type: 'executor', executorId: 7, page: 2 }],
      ['Restart…', { type: 'executor', executorId: 7, page: 2 }],
      ['Undrain', { type: 'executor', executorId: 8, page: 2 }],
    ]);
  });

  it('of an executor that has left cannot be seen to', () => {
    const executors = [executorOf({ presence: 'left', leftAt: at('12:00:00') })];
    const message = workersMessage({ ...page, executors, mayAdminister: true }, about);
    expect([...menusOf(message), ...buttonsOf(message)]).toEqual([]);
  });

  it.each([
    [{ type: 'empty' }, 'nothing runs there.'],
    [{ type: 'at', at: at('12:22:00') }, 'the last command should end in about 12 min.'],
    [{ type: 'overdue', overdue: 1, at: null }, '1 command takes longer than usual.'],
    [
      { type: 'overdue', overdue: 2, at: at('12:15:00') },
      '2 commands take longer than usual, the others should end in about 5 min.',
    ],
    [{ type: 'unknown', unknown: 1 }, 'when 1 command ends is not known.'],
    [{ type: 'unknown', unknown: 3 }, 'when 3 commands end is not known.'],
  ] as const)('Drain names the consequence and the estimate: %j', (estimate, words) => {
    const dialogue = (kind: 'start' | 'executor') => {
      const executors = [executorOf({ estimate, kind })];
      const message = workersMessage({ ...page, executors, mayAdminister: true }, about);
      return buttonsOf(message)[0]?.confirm?.text.text;
    };
    expect(dialogue('executor')).toBe(
      `web-1 (@default) takes nothing new from now on; ${words} It ends by itself when it is empty.`,
    );
    expect(dialogue('start')).toContain('It stays, and takes work again');
  });

  it('fit however many there are, and say how many are not shown', () => {
    const name = 'x'.repeat(180);
    const executors = Array.from({ length: 8 }, (_, id) =>
      executorOf({
        id: id + 1,
        workers: Array.from({ length: 400 }, (__, index) =>
          workerOf({
            number: index + 1,
            suspended: index % 3 === 0,
            suspensionBy: name,
            running: index % 2 === 0 ? runningOf({ definitionName: name, shell: name }) : null,
          }),
        ),
      }),
    );
    const message = workersMessage({ executors, total: 20, page: 2, mayAdminister: true }, about);
    expect(checkMessage(message)).toEqual([]);
    expect(message.text).toBe('20 executors · page 2 of 3');
    expect(texts(message)[1]).toMatch(/… and \d+ more run: `\/kuroko executions`/);
    expect(
      buttonsOf(message)
        .slice(-2)
        .map(({ value }) => decodeValue(value)),
    ).toEqual([
      { type: 'page', of: 'workers', page: 1, query: '' },
      { type: 'page', of: 'workers', page: 3, query: '' },
    ]);
  });

  it('that are nowhere are told of with what to do', () => {
    const message = workersMessage({ ...page, executors: [], total: 0 }, about);
    expect(message.text).toContain('Start one: `kuroko executor`');
  });
});

describe('hosts, queues, people and commands of any name', () => {
  const everything = (text: string): Content[] => {
    const place = { host: text, queue: text };
    const named = { ...place, definitionName: text, shell: text };
    const workers = [
      workerOf({ running: runningOf(named) }),
      workerOf({ number: 2, suspended: true, suspensionBy: text }),
    ];
    const executors = [
      executorOf({ ...place, workers, drainingAt: at('12:00:00'), drainingBy: text }),
      executorOf({
        ...place,
        workers,
        restart: { mode: 'stop', by: text, at: at('12:00:00') },
      }),
    ];
    const who = person(text, text);
    const deed = { ...place, number: 3, running: runningOf(named) };
    const estimate = { type: 'empty' } as const;
    return [
      restartMessage(executors, about),
      restartAsked(executors[0] ?? executorOf(), 'wait', who, about),
      restartBackNews({ ...place, handedOver: 2 }, who),
      restartRefusedNews({ ...place, reason: text }, who),
      workersMessage({ executors, total: 90, page: 2, mayAdminister: true }, about),
      executionsMessage(
        {
          page: 2,
          waiting: 90,
          running: 9,
          waitingCommands: [pendingOf(named)],
          runningCommands: [runningOf(named)],
        },
        about,
      ),
      historyMessage(
        {
          definition: { id: 3, name: text },
          commands: [endedOf({ ...named, exitStatus: null, termSignal: text })],
          newest: false,
          more: true,
        },
        about,
      ),
      workerDeed({ ...deed, deed: 'suspend' }, who, about),
      workerLate({ ...deed, deed: 'resume' }, { by: text, at: at('12:00:00') }, about),
      executorDeed({ ...place, deed: 'drain', kind: 'executor', estimate }, who, about),
      executorLate(
        { ...place, deed: 'drain', kind: 'start', estimate },
        { by: text, at: null },
        about,
      ),
    ];
  };

  it.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'are plain text that Slack takes: %s',
    (_, text) => {
      for (const message of everything(text)) expect(checkMessage(message)).toEqual([]);
    },
  );

  it('are so whatever they are called', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const message of everything(text)) expect(checkMessage(message)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

it.each([
  [[], ''],
  [[1], '1'],
  [[1, 2], '1–2'],
  [[1, 3, 4, 5, 9], '1, 3–5, 9'],
])('the numbers %j are written %j', (numbers, text) => {
  expect(numberRanges(numbers)).toBe(text);
});

describe('what was done to a worker or an executor', () => {
  const who = person('ann', 'U0ANN');
  const place = { host: 'web-1', queue: '@default' };
  const before = { by: 'ben', at: at('12:04:00') };

  it.each([
    [
      workerDeed({ ...place, deed: 'suspend', number: 3, running: null }, who, about),
      '⏸️ Worker 3 of `web-1` (`@default`) was suspended by @U0ANN: it takes nothing new.',
    ],
    [
      workerDeed({ ...place, deed: 'suspend', number: 3, running: runningOf() }, who, about),
      '⏸️ Worker 3 of `web-1` (`@default`) was suspended by @U0ANN: it ends nightly-report #12 and takes nothing new.',
    ],
    [
      workerDeed({ ...place, deed: 'resume', number: 3, running: null }, who, about),
      '▶️ Worker 3 of `web-1` (`@default`) was resumed by @U0ANN.',
    ],
    [
      executorDeed(
        {
          ...place,
          deed: 'drain',
          kind: 'executor',
          estimate: { type: 'at', at: at('12:20:00') },
        },
        who,
        about,
      ),
      '⏏️ `web-1` (`@default`) is drained by @U0ANN: it takes nothing new; the last command should end at about 2026-07-30 12:20 UTC. It ends when it is empty.',
    ],
    [
      executorDeed(
        { ...place, deed: 'undrain', kind: 'start', estimate: { type: 'empty' } },
        who,
        about,
      ),
      '▶️ `web-1` (`@default`) takes work again, says @U0ANN.',
    ],
    [
      workerLate({ ...place, deed: 'suspend', number: 3, running: null }, before, about),
      'Worker 3 of `web-1` (`@default`) was suspended already by ben, 2026-07-30 12:04 UTC.',
    ],
    [
      workerLate(
        { ...place, deed: 'resume', number: 3, running: null },
        { by: null, at: null },
        about,
      ),
      'Worker 3 of `web-1` (`@default`) is not suspended.',
    ],
    [
      executorLate(
        { ...place, deed: 'drain', kind: 'start', estimate: { type: 'empty' } },
        before,
        about,
      ),
      '`web-1` (`@default`) is being drained already by ben, since 2026-07-30 12:04 UTC: nothing runs there.',
    ],
    [
      executorLate(
        { ...place, deed: 'undrain', kind: 'start', estimate: { type: 'empty' } },
        { by: null, at: null },
        about,
      ),
      '`web-1` (`@default`) is not being drained.',
    ],
  ])('is said: case %#', (content, words) => {
    expect(readable(content.text)).toBe(words);
    expect(checkMessage(content)).toEqual([]);
  });
});

describe('a restart', () => {
  const busy = executorOf({
    workers: [
      workerOf({ running: runningOf() }),
      workerOf({ number: 2, running: runningOf({ workerNumber: 2, instanceId: 13 }) }),
      workerOf({ number: 3 }),
    ],
    estimate: { type: 'at', at: at('12:20:00') },
  });
  const who = person('ann', 'U0ANN');

  it('lists what runs until when, and offers three ways; Stop asks and names the consequence', () => {
    const message = restartMessage([busy], about);
    expect(texts(message)[1]?.split('\n')).toEqual([
      '*`web-1`* · queue `@default` · 2 commands run: the last command should end at about 2026-07-30 12:20 UTC',
      '▶️ 1 · nightly-report #12 `./report.sh` since 2026-07-30 12:00 UTC, until about 2026-07-30 12:20 UTC',
      '▶️ 2 · nightly-report #13 `./report.sh` since 2026-07-30 12:00 UTC, until about 2026-07-30 12:20 UTC',
    ]);
    const value = { type: 'process', executorId: 7, startedAt: at('08:00:00').getTime() };
    expect(
      buttonsOf(message).map((button) => [
        button.text.text,
        button.style,
        decodeValue(button.value),
        button.confirm?.text.text,
      ]),
    ).toEqual([
      ['Hand over', 'primary', value, undefined],
      ['Wait', undefined, value, undefined],
      [
        'Stop',
        'danger',
        value,
        'web-1 (@default): 2 running commands are stopped, and the steps fail. They can be retried or skipped.',
      ],
    ]);
  });

  it('that was asked for is said, there and among the workers', () => {
    const restart = { mode: 'wait', by: 'ben', at: at('12:08:00') } as const;
    const executor = executorOf({ restart });
    const words = '♻️ restart asked for by ben 2026-07-30 12:08 UTC, when its commands have ended';
    expect(texts(restartMessage([executor], about))[1]).toContain(`nothing runs there\n${words}`);
    expect(texts(workersMessage({ ...page, executors: [executor] }, about))[1]).toContain(words);
  });

  it.each([
    [
      restartAsked(busy, 'hand_over', who, about),
      '♻️ @U0ANN starts `web-1` (`@default`) again with hand-over: 2 commands go on.',
    ],
    [
      restartAsked(executorOf(), 'hand_over', who, about),
      '♻️ @U0ANN starts `web-1` (`@default`) again with hand-over.',
    ],
    [
      restartAsked(busy, 'wait', who, about),
      '♻️ @U0ANN starts `web-1` (`@default`) again when its commands have ended: the last command should end at about 2026-07-30 12:20 UTC. Until then it takes nothing new.',
    ],
    [
      restartAsked(busy, 'stop', who, about),
      '♻️ @U0ANN starts `web-1` (`@default`) again: 2 commands are stopped.',
    ],
    [
      restartLate(busy, { mode: 'hand_over', by: 'ben', at: at('12:08:00') }, about),
      '`web-1` (`@default`): restart with hand-over asked for by ben 2026-07-30 12:08 UTC already.',
    ],
    [
      restartBack(busy, about),
      '`web-1` (`@default`) has been started again since, 2026-07-30 08:00 UTC. Say `/kuroko restart` to see it as it is.',
    ],
    [
      restartBackNews({ host: 'web-1', queue: '@default', handedOver: 1 }, who),
      '✅ `web-1` (`@default`) is back, as @U0ANN asked: 1 command went over.',
    ],
    [
      restartBackNews({ host: 'web-1', queue: '@default', handedOver: 0 }, who),
      '✅ `web-1` (`@default`) is back, as @U0ANN asked.',
    ],
    [
      restartRefusedNews({ host: 'web-1', queue: '@default', reason: 'PORT is taken.' }, who),
      '⚠️ `web-1` (`@default`) goes on as it is, although @U0ANN asked for a restart:\nPORT is taken.',
    ],
  ])('is told of: case %#', (content, words) => {
    expect(readable(content.text)).toBe(words);
    expect(checkMessage(content)).toEqual([]);
  });

  it('of very many is offered for some, and how to say which', () => {
    const message = restartMessage(Array(12).fill(busy), about);
    expect(checkMessage(message)).toEqual([]);
    expect(buttonsOf(message)).toHaveLength(24);
    expect(JSON.stringify(message.blocks)).toContain('… and 4 more: `/kuroko restart HOST`');
    expect(restartMessage([], about).text).toContain('No executor is there');
  });
});

describe('executions', () => {
  const list = { page: 1, waiting: 0, running: 0, waitingCommands: [], runningCommands: [] };

  it('are those that wait, and why, and then those that run, each with its run', () => {
    const message = executionsMessage(
      {
        ...list,
        waiting: 3,
        running: 1,
        waitingCommands: (['any', 'resumed', 'free'] as const).map((waitsFor) =>
          pendingOf({ waitsFor }),
        ),
        runningCommands: [runningOf()],
      },
      about,
    );
    expect(message.text).toBe('3 wait, 1 runs');
    expect(texts(message).slice(1)).toEqual([
      '◷ nightly-report #12 `./report.sh`\nwaits in `batch` for 5 min: ⚠️ no executor serves it',
      '◷ nightly-report #12 `./report.sh`\nwaits in `batch` for 5 min: ⏸️ all its workers are suspended or drained',
      '◷ nightly-report #12 `./report.sh`\nwaits in `batch` for 5 min: its workers are busy',
      '▶️ nightly-report #12 `./report.sh`\non `web-1`, worker 1 of `@default` since 2026-07-30 12:00 UTC, until about 2026-07-30 12:20 UTC',
    ]);
    expect(buttonsOf(message).map(({ value }) => decodeValue(value))).toEqual(
      Array.from({ length: 4 }, () => ({ type: 'instance', instanceId: 12 })),
    );
  });

  it('come in pages of ten; without any that is said', () => {
    const many = executionsMessage(
      { ...list, waiting: 21, waitingCommands: Array.from({ length: 10 }, () => pendingOf()) },
      about,
    );
    expect(many.text).toBe('21 wait, 0 run · page 1 of 3');
    expect(labelsOf(many).at(-1)).toBe('Next →');
    expect(executionsMessage(list, about).text).toBe('No command waits or runs now.');
  });
});

describe('the history', () => {
  const list = { definition: null, commands: [], newest: true, more: false };

  it('says how each command ended, how long it took, what memory it took, and where', () => {
    const message = historyMessage(
      {
        ...list,
        commands: [
          endedOf(),
          endedOf({ exitStatus: 3, peakMemory: null }),
          endedOf({ exitStatus: null, termSignal: 'TERM' }),
          endedOf({ exitStatus: null, termSignal: 'TERM', timedOut: true }),
          endedOf({
            status: 'lost',
            exitStatus: null,
            startedAt: null,
            host: null,
            peakMemory: null,
          }),
        ],
      },
      about,
    );
    expect(message.text).toBe('What has been run');
    expect(texts(message).slice(1)).toEqual([
      '✔ nightly-report #12 `./report.sh`\nreturned 0 · 7 s · 11.7 MB · on `web-1` · 2026-07-30 12:00:07 UTC · `/1-execute`',
      '✖ nightly-report #12 `./report.sh`\nreturned 3 · 7 s · on `web-1` · 2026-07-30 12:00:07 UTC · `/1-execute`',
      '✖ nightly-report #12 `./report.sh`\nstopped by TERM · 7 s · 11.7 MB · on `web-1` · 2026-07-30 12:00:07 UTC · `/1-execute`',
      '✖ nightly-report #12 `./report.sh`\nran over its time limit · 7 s · 11.7 MB · on `web-1` · 2026-07-30 12:00:07 UTC · `/1-execute`',
      '✖ nightly-report #12 `./report.sh`\nis lost · 2026-07-30 12:00:07 UTC · `/1-execute`',
    ]);
  });

  it('goes on from the last command that is shown, and back to the newest', () => {
    const definition = { id: 3, name: 'nightly <report>' };
    const commands = [endedOf({ executionId: 40 }), endedOf({ executionId: 39 })];
    const message = historyMessage({ definition, commands, newest: false, more: true }, about);
    expect(message.text).toBe('What nightly &lt;report&gt; has run');
    const [newest, older] = buttonsOf(message).slice(-2);
    expect(newest?.text.text).toBe('← Newest');
    expect(decodeValue(newest?.value)).toEqual({ type: 'history', definitionId: 3, before: null });
    expect(older?.text.text).toBe('Older →');
    expect(decodeValue(older?.value)).toEqual({ type: 'history', definitionId: 3, before: 39 });
    expect(labelsOf(historyMessage({ ...list, commands }, about))).toEqual(['Status', 'Status']);
  });

  it('says when there is nothing', () => {
    const definition = { id: 3, name: 'hello' };
    expect(historyMessage(list, about).text).toBe('No command has ended yet.');
    expect(historyMessage({ ...list, definition }, about).text).toBe(
      'No command of hello has ended yet.',
    );
    expect(historyMessage({ ...list, newest: false }, about).text).toBe('Nothing older is kept.');
  });
});
