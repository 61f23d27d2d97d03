import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../support/schedules.ts';
import { readDefinitionFile } from '../../../src/cli/definition-file.ts';
import { readScripts } from '../../../src/cli/definition-scripts.ts';

const read = (text: string) => readDefinitionFile('jobs.yml', text);
function problemsOf(text: string): readonly string[] {
  const result = read(text);
  return result.ok ? [] : result.problems;
}

const whole = `id: 137
name: nightly-report
description: |
  What it does, and the Recovery Procedures.
script: |
  execute: ./report.sh
admins: [alice@example.com, U012AB3CD]
tags: [report, "daily,slow、 x ", report]
slack_channel: "#alerts"
webhook_url: https://example.com/hook
hipchat_room: ops
prevent_multi: working_or_error
notify_all_events: true
notify_cancellation: false
failure_text: "@oncall"
api_allowed: true
suspended: false
retry_lost: true
kill_grace: 30
schedules:
  - 30 2 * * *
  - {cron: "0 9 * * 1-5", time_zone: Asia/Tokyo, catch_up: none}
  - {cron: "@daily", catch_up: {policy: all, window: 2h, cap: 10}}
suspend_schedules: ["* * 1 1 *"]
`;

describe('a definition file', () => {
  it('is read with every key of the contract', () => {
    const result = read(whole);
    expect(result).toEqual({
      ok: true,
      documents: [
        {
          place: 'jobs.yml:1',
          id: 137,
          admins: ['alice@example.com', 'U012AB3CD'],
          schedules: [
            scheduleOf('30 2 * * *'),
            scheduleOf('0 9 * * 1-5', { timeZone: 'Asia/Tokyo', catchUp: 'none' }),
            scheduleOf('@daily', { catchUp: 'all', catchUpWindow: 120, catchUpCap: 10 }),
          ],
          suspendSchedules: ['* * 1 1 *'],
          fields: {
            name: 'nightly-report',
            description: 'What it does, and the Recovery Procedures.\n',
            script: 'execute: ./report.sh\n',
            tags: ['report', 'daily', 'slow', 'x'],
            slackChannel: '#alerts',
            webhookUrl: 'https://example.com/hook',
            hipchatRoom: 'ops',
            preventMulti: 'working_or_error',
            notifyAllEvents: true,
            notifyCancellation: false,
            failureText: '@oncall',
            apiAllowed: true,
            suspended: false,
            retryLost: true,
            killGrace: 30,
          },
        },
      ],
    });
  });

  it('leaves out what it does not name, and takes an empty value as none', () => {
    const result = read('name: a\nslack_channel:\nwebhook_url: ""\nkill_grace:\n');
    expect(result.ok && result.documents[0]).toEqual({
      place: 'jobs.yml:1',
      id: null,
      admins: null,
      fields: { name: 'a', slackChannel: null, webhookUrl: null, killGrace: null },
      schedules: null,
      suspendSchedules: null,
    });
  });

  it('may hold several documents, each with its place', () => {
    const result = read('# comment\nname: a\n---\nname: b\n---\n\nname: c\n---\n');
    expect(result.ok && result.documents.map(({ place, fields }) => [place, fields.name])).toEqual([
      ['jobs.yml:2', 'a'],
      ['jobs.yml:4', 'b'],
      ['jobs.yml:7', 'c'],
    ]);
  });

  it('is refused with everything that is wrong, by line', () => {
    const text = `nmae: x
name: 12
tags: report
admins: [alice@example.com, nobody]
---
api_allowed: yes
prevent_multi: sometimes
schedules: ["30 25 * * *",
  {cron: "0 9 * * *", time_zone: Tokio},
  {cron: "0 9 * * *", catch_up: some}]
suspend_schedules:
  - "* * 1 1"
id: 0
retry_lost: 1
kill_grace: 2.5
`;
    expect(problemsOf(text).toSorted()).toEqual(
      [
        'jobs.yml:1 nmae: is no key of a definition.',
        'jobs.yml:2 name: must be a text.',
        'jobs.yml:3 tags: must be a list of texts.',
        'jobs.yml:4 admins.1: must be an e-mail address or a Slack user id.',
        'jobs.yml:6 api_allowed: must be true or false.',
        'jobs.yml:7 prevent_multi: must be none, working_or_error, working or error.',
        'jobs.yml:8 schedules.0: The hour `25` is out of range: 0-23 are allowed.',
        'jobs.yml:9 schedules.1.time_zone: There is no time zone `Tokio`. Did you mean Asia/Tokyo?',
        'jobs.yml:10 schedules.2.catch_up: must be latest, all or none.',
        'jobs.yml:12 suspend_schedules.0: A cron has five fields (minute, hour, day, month, weekday), `* * 1 1` has 4.',
        'jobs.yml:14 retry_lost: must be true or false.',
        'jobs.yml:15 kill_grace: must be a number of seconds from 0 to 3600, or empty.',
        'jobs.yml:13 id: must be a whole number from 1 to 1000000000.',
      ].toSorted(),
    );
  });

  it.each([
    ['nothing', '', 'jobs.yml holds no definition.'],
    ['only a comment', '# a\n', 'jobs.yml holds no definition.'],
    [
      'a list',
      '- name: a\n',
      'jobs.yml:1 must be a definition: keys such as name, script and admins.',
    ],
    ['a text', 'name\n', 'jobs.yml:1 must be a definition: keys such as name, script and admins.'],
  ])('is refused when it holds %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['broken YAML', 'name: a\n b: c: d\n', /^jobs\.yml:[12] /],
    ['a key twice', 'name: a\nname: b\n', /^jobs\.yml:2 Map keys must be unique/],
    ['an unknown tag', 'name: !!js/function "x"\n', /^jobs\.yml:1 /],
    ['__proto__', '__proto__: {name: x}\nname: a\n', /^jobs\.yml:1 __proto__: is no key/],
  ])('is refused with %s, and says where', (_, text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  it('does not grow without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]
${'bcdefghij'
  .split('')
  .map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[i]}`).join()}]`)
  .join('\n')}
`;
    const started = performance.now();
    expect(problemsOf(bomb)[0]).toMatch(/^jobs\.yml:1 /);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the scripts of a definition file', () => {
  it('come with the line that they begin after', () => {
    const scripts = readScripts(
      'a.yml',
      `name: a\nscript: |\n    echo: x\n---\nid: 7\nscript: "noop:"\n`,
    );
    expect(scripts).toEqual([
      { id: null, name: 'a', script: 'echo: x\n', lineOffset: 2, columnOffset: 4 },
      { id: 7, name: null, script: 'noop:', lineOffset: null, columnOffset: 0 },
    ]);
    expect(readScripts('a.yml', 'name: a\n')).toEqual({
      problems: ['a.yml:1 script: is missing or no text.'],
    });
  });
});
