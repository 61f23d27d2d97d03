import {
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileTexts } from '../../support/hostile.ts';
import { scheduleOf } from '../../support/schedules.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { readDefinitionFile } from '../../../src/cli/definition-file.ts';
import { definitionYaml } from '../../../src/cli/definition-yaml.ts';
import { writeFolder } from '../../../src/cli/export-folder.ts';
import type { ExportedDefinition } from '../../../src/store/exported-definitions.ts';

const plain: ExportedDefinition = {
  id: 137,
  name: 'nightly-report',
  description: 'What it does.\n\n## Recovery Procedures\nRetry once.\n',
  script: 'env: A=1\nexecute: |\n  ./collect.sh\n\n  ./send.sh # both\n',
  admins: ['alice@example.com'],
  tags: ['report'],
  suspended: false,
  preventMulti: 'working_or_error',
  notifyAllEvents: true,
  notifyCancellation: true,
  slackChannel: '#alerts',
  webhookUrl: 'https://example.com/hook?a=1#b',
  hipchatRoom: null,
  failureText: '@oncall: "help"',
  apiAllowed: false,
  retryLost: false,
  killGrace: null,
  schedules: [
    scheduleOf('30 2 * * *'),
    scheduleOf('0 9 * * 1-5', { timeZone: 'Asia/Tokyo', catchUp: 'none' }),
    scheduleOf('@daily', { catchUp: 'all', catchUpWindow: 120, catchUpCap: 10 }),
    scheduleOf('@hourly', { catchUpWindow: 0 }),
  ],
  suspendSchedules: ['* * 1 1 *'],
};

describe('an exported definition', () => {
  it('is a document to read, with every key', () => {
    expect(definitionYaml(plain)).toBe(`id: 137
name: nightly-report
description: |
  What it does.

  ## Recovery Procedures
  Retry once.
script: |
  env: A=1
  execute: |
    ./collect.sh

    ./send.sh # both
admins:
  - alice@example.com
tags:
  - report
slack_channel: "#alerts"
webhook_url: https://example.com/hook?a=1#b
hipchat_room:
prevent_multi: working_or_error
notify_all_events: true
notify_cancellation: true
failure_text: "@oncall: \\"help\\""
api_allowed: false
retry_lost: false
kill_grace:
suspended: false
schedules:
  - 30 2 * * *
  - cron: 0 9 * * 1-5
    time_zone: Asia/Tokyo
    catch_up: none
  - cron: "@daily"
    catch_up:
      policy: all
      window: 120
      cap: 10
  - cron: "@hourly"
    catch_up:
      window: 0
suspend_schedules:
  - "* * 1 1 *"
`);
  });

  it('is read back as it was, whatever its texts are', () => {
    fc.assert(
      fc.property(definition, (one) => {
        const text = definitionYaml(one);
        expect(readBack(text)).toEqual({ ...one, admins: one.admins.toSorted() });
        expect(text).toBe(definitionYaml({ ...one, admins: one.admins.toReversed() }));
      }),
      { numRuns: 300 },
    );
  });

  it('stays apart from others in one file', () => {
    fc.assert(
      fc.property(fc.array(definition, { minLength: 2, maxLength: 4 }), (many) => {
        const read = readDefinitionFile('all', many.map(definitionYaml).join('---\n'));
        expect(read.ok && read.documents.map(({ fields }) => fields.script)).toEqual(
          many.map(({ script }) => script),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('a folder of exported definitions', () => {
  const other = { ...plain, id: 2, name: '  Überprüfung / "../../etc" 🎉  ' };
  const untitled = { ...plain, id: 3, name: '毎日の報告' };
  const write = (folder: string, all: readonly ExportedDefinition[], force = false) =>
    writeFolder(folder, all, { force });

  it('has a file for each, for its owner alone, with the same name the next time', async () => {
    const folder = path.join(temporaryFolder(), 'new', 'definitions');
    await write(folder, [plain, other, untitled]);
    expect(readdirSync(folder).toSorted()).toEqual([
      '137-nightly-report.yml',
      '2-u-berpru-fung-etc.yml',
      '3.yml',
    ]);
    const file = path.join(folder, '137-nightly-report.yml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(readBack(text)).toEqual(plain);
    expect((await write(folder, [plain, other, untitled])).map(({ action }) => action)).toEqual([
      'keep',
      'keep',
      'keep',
    ]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('follows what was changed, renamed and deleted', async () => {
    const folder = temporaryFolder();
    await write(folder, [plain, other, untitled]);
    writeFileSync(path.join(folder, 'by-hand.yml'), 'name: mine\n');
    const changes = await write(folder, [
      { ...plain, name: 'renamed' },
      { ...other, tags: [] },
    ]);
    expect(changes.map(({ file, action }) => [path.basename(file), action])).toEqual([
      ['137-renamed.yml', 'write'],
      ['2-u-berpru-fung-etc.yml', 'write'],
      ['137-nightly-report.yml', 'remove'],
      ['3.yml', 'remove'],
    ]);
    expect(readdirSync(folder).toSorted()).toEqual([
      '137-renamed.yml',
      '2-u-berpru-fung-etc.yml',
      'by-hand.yml',
    ]);
  });

  it('is left alone where somebody has written to it, unless that is wanted', async () => {
    const folder = temporaryFolder();
    await write(folder, [plain, untitled]);
    const edited = path.join(folder, '137-nightly-report.yml');
    const foreign = path.join(folder, '2-u-berpru-fung-etc.yml');
    const gone = path.join(folder, '3.yml');
    writeFileSync(edited, readFileSync(edited, 'utf8').replace('Retry once', 'Retry twice'));
    writeFileSync(foreign, 'name: mine\n');
    writeFileSync(gone, `${readFileSync(gone, 'utf8')}# note\n`);
    const refused = write(folder, [plain, other]);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid',
      details: [edited, foreign, gone],
    });
    expect(readFileSync(foreign, 'utf8')).toBe('name: mine\n');
    expect(readFileSync(edited, 'utf8')).toContain('Retry twice');
    await write(folder, [plain, other], true);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readBack(readFileSync(edited, 'utf8'))).toEqual(plain);
    // Edited and applied, it is what would be written.
    const same = readFileSync(edited, 'utf8');
    writeFileSync(edited, same);
    expect((await write(folder, [plain, other])).every(({ action }) => action === 'keep')).toBe(
      true,
    );
  });

  it('is not led elsewhere by a link, and says what it cannot read', async () => {
    const folder = temporaryFolder();
    const elsewhere = path.join(temporaryFolder(), 'x');
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, path.join(folder, '137-nightly-report.yml'));
    await expect(write(folder, [plain])).rejects.toMatchObject({ code: 'invalid' });
    await write(folder, [plain], true);
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(write(file, [plain])).rejects.toThrow('cannot be read');
    mkdirSync(path.join(folder, '2-x.yml'));
    await expect(write(folder, [plain])).resolves.toHaveLength(1);
  });
});

/** As `apply` takes it. */
function readBack(text: string): unknown {
  const read = readDefinitionFile('exported.yml', text);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const [{ id, fields, admins, schedules, suspendSchedules } = never()] = read.documents;
  return { id, ...fields, admins, schedules, suspendSchedules };
}

function never(): never {
  throw new Error('no document');
}

/** What PostgreSQL can hold, with what is hard for YAML. */
const hard = fc.constantFrom(
  ...'\t|\r\n|\n| |  \n|# |: |- |---\n|...\n|"|\'|{|&a |*a |!!x |%YAML|<<|=|\\|\\n|@|`'.split('|'),
  ...'\u0085|\u2028|\uFEFF|\u0007|\u007F|😀|null|yes|~|0x1F|1_000|2001-01-01|>'.split('|'),
  '|',
);
const storable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);
const lines = fc
  .oneof(
    fc
      .array(fc.oneof(hard, fc.string({ unit: 'binary' })), { maxLength: 12 })
      .map((a) => a.join('')),
    fc.constantFrom(...hostileTexts),
  )
  .filter(storable);
const line = lines.map((text) => text.replaceAll(/\p{Cc}/gu, ' '));
const orNone = (texts: fc.Arbitrary<string>) =>
  fc.option(texts.filter((text) => text.trim() !== ''));
const schedule = fc.record({
  cron: fc.constantFrom('30 2 * * *', '@daily', '*/5 0-3,7 * jan-mar mon', '0 0 29 2 *'),
  timeZone: fc.option(fc.constantFrom('Asia/Tokyo', 'Europe/Berlin')),
  catchUp: fc.option(fc.constantFrom('latest', 'all', 'none')),
  catchUpWindow: fc.option(fc.integer({ min: 0, max: 525_600 })),
  catchUpCap: fc.option(fc.integer({ min: 1, max: 1_000 })),
});
const definition: fc.Arbitrary<ExportedDefinition> = fc.record({
  id: fc.integer({ min: 1, max: 1_000_000_000 }),
  name: line,
  description: lines,
  script: lines,
  admins: fc.uniqueArray(fc.constantFrom('a@example.com', 'null@x', '~@x', 'U012AB3CD', 'b@x.y'), {
    minLength: 1,
  }),
  tags: fc.uniqueArray(
    line.map((text) => text.replaceAll(/[,、]/g, '').trim()).filter((text) => text !== ''),
    { maxLength: 4 },
  ),
  suspended: fc.boolean(),
  preventMulti: fc.constantFrom('none', 'working_or_error', 'working', 'error'),
  notifyAllEvents: fc.boolean(),
  notifyCancellation: fc.boolean(),
  slackChannel: orNone(line),
  webhookUrl: orNone(lines),
  hipchatRoom: orNone(lines),
  failureText: orNone(lines),
  apiAllowed: fc.boolean(),
  retryLost: fc.boolean(),
  killGrace: fc.option(fc.integer({ min: 0, max: 3_600 })),
  schedules: fc.array(schedule, { maxLength: 3 }),
  suspendSchedules: fc.uniqueArray(fc.constantFrom('* * 1 1 *', '@daily'), { maxLength: 2 }),
});
