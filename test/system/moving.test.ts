/** Definitions on the move: out into files, back into an empty database, over from a running Kuroko2. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyDefinitions, planDefinitions } from '../../src/operations/apply-definitions.ts';
import { importDefinitions, planImport } from '../../src/operations/import-definitions.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { suspendDefinition } from '../../src/operations/suspend-definition.ts';
import { exportedDefinitions } from '../../src/store/exported-definitions.ts';
import { applySamples } from '../../src/embedded/samples.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { definitionYaml } from '../../src/cli/definition-yaml.ts';
import { readDefinitionFile } from '../../src/cli/definition-file.ts';
import { kuroko2Url, readKuroko2 } from '../../src/cli/kuroko2-definitions.ts';
import { movedDefinition } from '../../src/cli/moved-definition.ts';
import { createTestDatabase } from '../support/database.ts';
import { hostileTexts } from '../support/hostile.ts';
import { startKuroko2, told, type ToldDefinition } from '../support/kuroko2-stand-in.ts';
import { define, facts, openDatabase } from '../support/operations.ts';
import { cliWith } from '../support/run-cli.ts';
import { lacks } from '../support/tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Actor } from '../../src/operations/actor.ts';
import type { Database } from '../../src/store/database.ts';

const actor: Actor = { kind: 'cli', id: 'alice', name: 'alice' };

/** A database of its own, until the test is over. */
async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const { url, drop } = await createTestDatabase();
  const db = openDatabase(url);
  try {
    return await work(db);
  } finally {
    await db.close();
    await drop();
  }
}

function never(): never {
  throw new Error('there is none');
}

const exported = async (db: Database): Promise<string> =>
  (await exportedDefinitions(db)).map(definitionYaml).join('---\n');

async function apply(db: Database, text: string): Promise<string[]> {
  const read = readDefinitionFile('all.yml', text);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const plan = await planDefinitions(db, read.documents, facts);
  await inTransaction(db, (tx) => applyDefinitions(tx, plan, actor, facts));
  return plan.map(({ action }) => action);
}

describe('an export', () => {
  it('is a way into an empty database, and the same from there', async () => {
    const first = `id: 7
name: "  first: #1 🎉 "
description: "tabs\\t and returns\\r\\n and blanks  \\n\\n"
script: "\\r\\nenv: A=1\\r\\nexecute: ./a.sh \\t \\r\\nsub_process: 9\\r\\n"
admins: [zoe@example.com, U0ALICE]
tags: [b, a, "ä ö", "null"]
slack_channel: "#alerts"
webhook_url: https://example.com/hook?a=1#b
hipchat_room: ops
prevent_multi: none
notify_all_events: false
notify_cancellation: false
failure_text: "@oncall"
api_allowed: true
retry_lost: true
kill_grace: 0
suspended: true
schedules:
  - {cron: "0 9 * * 1-5", time_zone: Asia/Tokyo, catch_up: none}
  - {cron: "@daily", catch_up: {policy: all, window: 2h, cap: 10}}
  - 30 2 * * *
suspend_schedules: ["* * 1 1 *", "* * 25 12 *"]
---
id: 9
name: second
script: |
  execute: |
  \techo a # b

  \t\techo c
  wait: 7/daily
admins: [anna@example.com, zoe@example.com]
description: ${JSON.stringify(`${'long '.repeat(20_000)}\n`)}
`;
    const text = await withDatabase(async (db) => {
      await apply(db, first);
      return exported(db);
    });
    await withDatabase(async (db) => {
      // People come in another order here.
      await define(db, 'noop:', { name: 'somebody elses' });
      expect(await apply(db, text)).toEqual(['create', 'create']);
      await db.query(`update definitions set deleted_at = now() where name = 'somebody elses'`);
      expect(await exported(db)).toBe(text);
      expect(await apply(db, text)).toEqual(['unchanged', 'unchanged']);
      expect((await define(db, 'noop:')).id).toBe(10);
    });
  });

  it('loses nothing of whatever can be saved', async () => {
    const line = fc
      .oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileTexts))
      .map((text) =>
        Array.from(text.replaceAll(/\p{Cc}|\p{Surrogate}/gu, ''))
          .slice(0, 100)
          .join(''),
      );
    const definition = fc.record({
      name: line.filter((text) => text.trim() !== ''),
      description: fc.oneof(line, fc.constantFrom('a\r\nb\t \n', '\n\n', ' \n x')),
      script: fc
        .array(
          fc.tuple(
            line.map((text) => text.replaceAll(/['"]/g, '')),
            fc.constantFrom('\n', '\r\n', ' \n'),
          ),
          { maxLength: 4 },
        )
        .map((lines) => lines.map(([text, end]) => `echo: ${text}${end}`).join('')),
      failureText: fc.option(line.filter((text) => text.trim() !== '')),
    });
    const few = { minLength: 20, maxLength: 30 };
    const [fields = []] = fc.sample(fc.array(definition, few), { numRuns: 1 });
    const text = await withDatabase(async (db) => {
      for (const one of fields) await define(db, one.script, one);
      const rows = await exportedDefinitions(db);
      expect(rows.map(({ name, script }) => [name, script])).toEqual(
        fields.map(({ name, script }) => [name, script]),
      );
      return exported(db);
    });
    await withDatabase(async (db) => {
      await apply(db, text);
      expect(await exported(db)).toBe(text);
    });
  });

  it('meets no tag that a file would read as several', async () => {
    await withDatabase(async (db) => {
      const { tags } = await define(db, 'noop:', { tags: [' a,b ', 'c、a', ' ', 'd e'] });
      expect(tags).toEqual(['a', 'b', 'c', 'd e']);
      expect(await apply(db, await exported(db))).toEqual(['unchanged']);
    });
  });

  it('goes into a folder or to standard output, and comes back from both', async () => {
    await withDatabase(async (db) => {
      await define(db, 'execute: ./a.sh\n', { name: 'one' });
      await define(db, 'execute: ./b.sh\n', { name: 'two' });
      const kuroko = cliWith({ DATABASE_URL: db.url });
      const folder = path.join(temporaryFolder(), 'definitions');
      const written = await kuroko('export', folder);
      expect(written).toEqual({
        code: 0,
        stdout: `wrote ${folder}/1-one.yml\nwrote ${folder}/2-two.yml\n`,
        stderr: '2 definitions exported, 0 of their files as they were.\n',
      });
      const files = readdirSync(folder).map((name) => path.join(folder, name));
      const again = await kuroko('apply', ...files);
      expect(again.stdout).toMatch(/^unchanged 1 one .*\nunchanged 2 two .*\n$/);
      const { stdout } = await kuroko('export');
      expect(stdout).toBe(await exported(db));
      expect((await cliWith({ DATABASE_URL: db.url }, stdout)('apply', '-')).stdout).toMatch(
        /^unchanged 1 one \(-:1\)\n/,
      );
      const [first = ''] = files;
      writeFileSync(first, readFileSync(first, 'utf8').replace('a.sh', 'c.sh'));
      const refused = await kuroko('export', folder);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain(`  ${first}\n`);
      expect((await kuroko('apply', first)).stdout).toContain('changed 1 one');
      const forced = await kuroko('export', folder, '--force', '--json');
      expect(JSON.parse(forced.stdout)).toEqual({
        files: [
          { file: first, action: 'write' },
          { file: files[1], action: 'keep' },
        ],
      });
    });
  });
});

describe('an import', () => {
  let db: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const made = await createTestDatabase();
    db = openDatabase(made.url);
    drop = made.drop;
  });
  afterAll(async () => {
    await db.close();
    await drop();
  });

  const origin = 'https://old.example';
  function wishOf(
    definitions: readonly ToldDefinition[],
    more: {
      skipped?: number[];
      asleep?: boolean;
      admins?: string[];
      users?: [number, string][];
    } = {},
  ) {
    const people = new Map(more.users ?? [[1, 'alice@example.com']]);
    const { skipped = [], asleep = false, admins = [] } = more;
    const moved = definitions.map((one) =>
      movedDefinition({ ...one, tags: [...one.tags] } as never, people),
    );
    return { origin, definitions: moved, skipped, asleep, admins };
  }
  async function importAll(...args: Parameters<typeof wishOf>) {
    const wish = wishOf(...args);
    const planned = await planImport(db, wish, facts);
    await inTransaction(db, (tx) => importDefinitions(tx, wish, planned, actor, facts));
    return planned;
  }
  const saved = async (id: number) => (await exportedDefinitions(db)).find((one) => one.id === id);

  it('keeps ids, so that scripts still point right, and all that is told', async () => {
    const script = 'wait: 140/daily\r\nsub_process: 150\r\nexecute: ./x.sh\r\n';
    const { plan } = await importAll([
      told(137, {
        name: 'nightly',
        script,
        tags: ['a', 'b c'],
        cron: ['30 2 * * *', '0  9 * * 1-5'],
        notify_cancellation: false,
        prevent_multi: 3,
        slack_channel: '#alerts',
        user_id: [1, 2],
      }),
      told(140),
      told(150, { suspended: true }),
    ]);
    expect(plan.map(({ action, id }) => [action, id])).toEqual([
      ['create', 137],
      ['create', 140],
      ['create', 150],
    ]);
    expect(await saved(137)).toMatchObject({
      name: 'nightly',
      script: 'wait: 140/daily\nsub_process: 150\nexecute: ./x.sh\n',
      tags: ['a', 'b c'],
      admins: ['alice@example.com'],
      preventMulti: 'error',
      notifyCancellation: false,
      slackChannel: '#alerts',
      suspended: false,
      schedules: [{ cron: '30 2 * * *' }, { cron: '0 9 * * 1-5' }],
    });
    expect((await define(db, 'noop:', { name: 'next' })).id).toBe(151);
  });

  it('is the same the second time, follows what changed there, and keeps what was set here', async () => {
    const here = [told(200, { cron: ['0 1 * * *'], name: 'twice' }), told(201)];
    await importAll(here);
    const [, again] = [await importAll(here), await planImport(db, wishOf(here), facts)];
    expect(again.plan.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    await apply(
      db,
      'id: 200\nwebhook_url: https://x.example\nadmins: [bob@example.com, alice@example.com]\napi_allowed: true\nschedules: [{cron: "0 1 * * *", time_zone: Asia/Tokyo}]\nsuspend_schedules: ["* * 1 1 *"]\n',
    );
    const changed = [
      told(200, { cron: ['0 1 * * *', '0 2 * * *'], name: 'renamed', user_id: [9] }),
      told(201),
    ];
    const { plan } = await importAll(changed);
    expect(plan.map(({ action, changes }) => [action, changes.map(({ field }) => field)])).toEqual([
      ['change', ['name', 'schedules']],
      ['unchanged', []],
    ]);
    expect(await saved(200)).toMatchObject({
      name: 'renamed',
      webhookUrl: 'https://x.example',
      apiAllowed: true,
      suspended: false,
      admins: ['alice@example.com', 'bob@example.com'],
      schedules: [
        { cron: '0 1 * * *', timeZone: 'Asia/Tokyo' },
        { cron: '0 2 * * *', timeZone: null },
      ],
      suspendSchedules: ['* * 1 1 *'],
    });
    const { gone } = await planImport(db, wishOf([told(200)]), facts);
    expect(gone).toContainEqual({ id: 201, name: 'job 201' });
  });

  it('keeps who is suspended, or brings everything suspended until it is woken', async () => {
    const all = [told(210), told(211, { suspended: true }), told(212, { cron: ['0 1 * * *'] })];
    const asleep = async () =>
      Promise.all([210, 211, 212].map(async (id) => (await saved(id))?.suspended));
    expect((await importAll(all, { asleep: true })).awake).toEqual([]);
    expect(await asleep()).toEqual([true, true, true]);
    expect((await importAll(all)).awake).toEqual(['job 212']);
    expect(await asleep()).toEqual([false, true, false]);
    const wish = { definitionId: 212, version: null, actor };
    await inTransaction(db, (tx) => suspendDefinition(tx, wish, facts));
    await importAll(all, { asleep: true });
    expect(await asleep()).toEqual([false, true, true]);
    const { suspended: _unknown, ...silent } = told(213);
    await importAll([silent]);
    expect((await saved(213))?.suspended).toBe(true);
  });

  it('imports nothing, and says everything, when something stands in the way', async () => {
    const taken = await define(db, 'noop:', { name: 'taken' });
    const other = await define(db, 'noop:', { name: 'other' });
    const deleted = await define(db, 'noop:', { name: 'deleted' });
    await db.query('update definitions set deleted_at = now() where id = $1', [deleted.id]);
    const wish = wishOf(
      [
        told(taken.id, { name: 'other' }),
        told(deleted.id),
        told(300, { script: 'noop:\nparallel_fork: 0\n  execute: a\n' }),
        told(301, { script: `wait: 999/daily\nsub_process: 302\nsub_process: ${other.id}` }),
        told(303, { cron: ['0 0 30 2 *'] }),
      ],
      { skipped: [302, other.id] },
    );
    await expect(planImport(db, wish, facts)).rejects.toMatchObject({
      code: 'invalid',
      details: [
        `${origin}/definitions/${taken.id} id: ${taken.id} is "taken" here, another job than "other". Import into a database without it.`,
        `${origin}/definitions/301 script: (line 3) names ${other.id}, which is left out, and "other" here.`,
        `${origin}/definitions/${deleted.id} id: ${deleted.id} belonged to a definition that was deleted.`,
        expect.stringMatching(
          /definitions\/300 script: \(line 2\) `parallel_fork` must have a size/,
        ),
        expect.stringMatching(/definitions\/303 schedules\.0: /),
        `${origin}/definitions/301 script: (line 1) Given Job Definition ID not found: 999`,
        `${origin}/definitions/301 script: (line 2) Given Job Definition ID not found: 302`,
      ],
    });
    expect(await saved(300)).toBeUndefined();
    const { notes } = await planImport(db, wishOf([told(304, { name: 'TAKEN' })]), facts);
    expect(notes).toEqual([[`Others here have its name: ${taken.id}.`]]);
    // The same job under its number and name, however it came here.
    await importAll([told(taken.id, { name: 'taken', description: 'from there' })]);
    expect((await saved(taken.id))?.description).toBe('from there');
  });

  it('takes the place of samples, but of none that somebody has changed', async () => {
    await withDatabase(async (own) => {
      await applySamples(own, '/srv/kuroko', facts);
      await apply(own, 'id: 3\ndescription: mine\n');
      const wish = wishOf([told(1, { name: 'theirs', tags: ['x'] }), told(3, { name: 'other' })]);
      await expect(planImport(own, wish, facts)).rejects.toMatchObject({
        details: [expect.stringContaining('id: 3 is "ticker" here, another job than "other".')],
      });
      const [first = never()] = wish.definitions;
      const without = { ...wish, definitions: [first], asleep: true };
      const planned = await planImport(own, without, facts);
      expect(planned.notes).toEqual([['It takes the place of the sample "hello".']]);
      await inTransaction(own, (tx) => importDefinitions(tx, without, planned, actor, facts));
      const [taken] = await exportedDefinitions(own);
      expect(taken).toMatchObject({
        id: 1,
        name: 'theirs',
        tags: ['x'],
        apiAllowed: false,
        suspended: true,
        admins: ['alice@example.com'],
      });
      expect((await planImport(own, without, facts)).plan).toMatchObject([{ action: 'unchanged' }]);
    });
  });

  it('wants to know who is admin, before it writes anything', async () => {
    const wish = wishOf([told(400, { user_id: [7, 3] })]);
    const planned = await planImport(db, wish, facts);
    expect(planned.strangers).toEqual([3, 7]);
    const work = inTransaction(db, (tx) => importDefinitions(tx, wish, planned, actor, facts));
    await expect(work).rejects.toThrow(
      'say who they are with --user 3=alice@example.com --user 7=',
    );
    const { user_id: _none, ...silent } = told(400);
    expect((await planImport(db, wishOf([silent]), facts)).strangers).toEqual([]);
    await importAll([told(400, { user_id: [7, 3] })], { admins: ['carol@example.com'] });
    expect((await saved(400))?.admins).toEqual(['carol@example.com']);
    await importAll([told(400, { user_id: [7, 3] })], { users: [[7, 'U0SEVEN']] });
    expect((await saved(400))?.admins).toEqual(['U0SEVEN']);
  });

  it('is a verb that shows what changes, and what is not told', async () => {
    const kuroko2 = await startKuroko2([
      told(500, {
        name: 'wait and see',
        cron: ['0 1 * * *'],
        script:
          'execute: curl h/x#frag\nwait: 501/daily\nretry: count=1\n  sequence:\n    execute: a\n',
      }),
      told(501, { user_id: [2] }),
      told(502, { script: 'execut: \u001B[2Jx' }),
    ]);
    const env = { DATABASE_URL: db.url, KUROKO2_CLIENT: kuroko2.client };
    const kuroko = cliWith(env);
    const args = ['import', '--url', `${kuroko2.url}/mounted/`, '--user', '1=alice@example.com'];
    const bad = await kuroko(...args);
    expect([bad.code, bad.stdout]).toEqual([1, '']);
    expect(bad.stderr).toContain(
      `${kuroko2.url}/mounted/definitions/502 script: (line 1) \`execut\``,
    );
    // What it tells is not to be obeyed by a terminal.
    expect(bad.stderr).not.toContain('\u001B');
    const dry = await kuroko(...args, '--skip', '502', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toBe(`create 500 wait and see (${kuroko2.url}/mounted/definitions/500)
  (line 1) Kuroko2 took this \`#\` for the begin of a comment; here the text goes on. Put a space before it if it begins one; quoted it means the same in both.
  (line 2) Its timeout counts from the wait; in Kuroko2 from the launch, or the fork around it.
  (line 3) It covers every step below it; in Kuroko2 only those directly below.
  A launch while this one waits is prevented; Kuroko2 overlooked runs that wait.
create 501 job 501 (${kuroko2.url}/mounted/definitions/501)
`);
    for (const sentence of [
      '2 new, 0 changed, 0 as they were.',
      'Awake in both, and so launched by both while Kuroko2 runs: wait and see. End',
      'say who they are with --user 2=alice@example.com',
      'Its API does not tell: ',
      'whose address is not known here: 2.',
      'this was a dry run',
    ]) {
      expect(dry.stderr).toContain(sentence);
    }
    expect(dry.stderr).not.toContain('secret_key');
    expect(await saved(500)).toBeUndefined();
    const done = await kuroko(...args, '--skip', '502', '--admin', 'carol@example.com', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({
      dry_run: false,
      definitions: [
        { action: 'create', id: 500 },
        { action: 'create', id: 501, notes: [] },
      ],
    });
    expect((await saved(501))?.admins).toEqual(['carol@example.com']);
    const again = await kuroko(...args, '--skip', '502', '--client', kuroko2.client);
    expect(again.stdout).toMatch(/^unchanged 500 .*\nunchanged 501 .*\n$/);
    expect(again.stderr).toContain('Others on this machine can see the key in --client.');
    const without = await cliWith({ DATABASE_URL: db.url })('import', '--url', kuroko2.url);
    expect([without.code, without.stderr]).toEqual([
      1,
      expect.stringContaining('KUROKO2_CLIENT=name:key'),
    ]);
    expect((await kuroko('import', '--url', kuroko2.url, '--user', 'bob')).code).toBe(2);
  });
});

describe('the API of Kuroko2', () => {
  const read = (url: string, client = 'test_client_name:secret_key', deadlineMs = 5_000) =>
    readKuroko2({ url, client, deadlineMs });

  it('is read whole, in the order of the ids', async () => {
    const { url } = await startKuroko2([
      told(3),
      told(1, { slack_channel: '#a', cron: ['0 1 * * *'] }),
    ]);
    expect(await read(url)).toEqual([
      told(1, { slack_channel: '#a', cron: ['0 1 * * *'] }),
      told(3),
    ]);
    const old = await startKuroko2([
      { id: 1, name: 'a', description: 'b', script: 'noop:', tags: [] },
    ]);
    expect(await read(old.url)).toEqual([
      { id: 1, name: 'a', description: 'b', script: 'noop:', tags: [] },
    ]);
  });

  it('is told from whatever else answers', async () => {
    const { url } = await startKuroko2([]);
    await expect(read(url, 'test_client_name:wrong')).rejects.toThrow(
      `${url} cannot be read: it does not know this client: name or key is wrong.`,
    );
    await expect(read(`${url}/elsewhere`)).rejects.toThrow(
      'no list of definitions at this address',
    );
    await expect(read(`http://127.0.0.1:${await freePort(0)}`)).rejects.toThrow('nobody listens');
    await expect(read('http://kuroko2.invalid')).rejects.toThrow(
      /no such host|cannot be looked up/,
    );
    const answers: [string, Parameters<typeof startKuroko2>[1]][] = [
      ['a page answers, not its API', (_, h) => h.response('<html>hello</html>')],
      ['it answers with status 500.', (_, h) => h.response("<h1>We're sorry</h1>").code(500)],
      ['it does not let this client in', (_, h) => h.response({}).code(403)],
      [
        'it sends us on to https://login.example/auth. Is the address right',
        (_, h) => h.redirect('https://login.example/auth?state=secret'),
      ],
      ['it sends us on to /sign_in.', (_, h) => h.redirect('/sign_in?x=y')],
      ['its answer is not JSON.', (_, h) => h.response('[{').type('application/json')],
      ['its answer is not a list', (_, h) => h.response({ definitions: [] })],
      [
        'definition 4: prevent_multi must be a number from 0 to 3.',
        (_, h) => h.response([{ ...told(4), prevent_multi: 7 }]),
      ],
      [
        'the definition number 1: id must be a whole number',
        (_, h) => h.response([{ ...told(4), id: 'x' }]),
      ],
      ['the definition number 2: ', (_, h) => h.response([told(4), null])],
      ['it names a definition twice', (_, h) => h.response([told(4), told(4)])],
    ];
    for (const [sentence, list] of answers) {
      const other = await startKuroko2([], list);
      await expect(read(other.url)).rejects.toThrow(sentence);
    }
    const slow = await startKuroko2([], () => new Promise(() => {}));
    await expect(read(slow.url, undefined, 300)).rejects.toThrow('has not answered within 0.3 s.');
  });

  it.skipIf(lacks('openssl'))('is asked only where its certificate is trusted', async () => {
    const folder = temporaryFolder();
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const request = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const subject = ['-subj', '/CN=old', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    execFileSync('openssl', ['req', ...request, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    const { url, client } = await startKuroko2([told(1)], undefined, tls);
    await expect(read(url)).rejects.toThrow(
      `${url} cannot be read: its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    );
    await withDatabase(async (db) => {
      const env = { DATABASE_URL: db.url, KUROKO2_CLIENT: client, NODE_EXTRA_CA_CERTS: cert };
      const result = await cliWith(env)('import', '--url', url, '--dry-run');
      expect([result.code, result.stdout]).toEqual([0, expect.stringMatching(/^create 1 job 1 /)]);
    });
  });

  it('has an address without more', () => {
    expect(kuroko2Url('https://old.example:8443/kuroko2//')).toBe(
      'https://old.example:8443/kuroko2',
    );
    for (const text of [
      'old.example',
      'ftp://x',
      'https://a:b@x',
      'https://x/?a',
      'https://x/#a',
    ]) {
      expect(() => kuroko2Url(text)).toThrow('--url must be');
    }
  });
});
