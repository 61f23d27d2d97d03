import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, facts } from '../support/operations.ts';
import { cliWith, type Cli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;
let db: Database;
let kuroko: Cli;
let worker: HandWorker;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
  kuroko = cliWith({ DATABASE_URL: database.url });
  worker = await handWorker(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

function file(name: string, text: string): string {
  const made = path.join(temporaryFolder(), name);
  writeFileSync(made, text);
  return made;
}
/** A process has to be started first, on a machine that may be busy. */
const patience = { timeout: 60_000 };
const parsed = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;
async function launched(job: string | number, ...pairs: string[]): Promise<number> {
  const result = await kuroko('launch', String(job), ...pairs, '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return parsed(result)['id'] as number;
}

describe('kuroko', () => {
  it('exits 2 when it is used wrongly, and 0 when it is asked for help', async () => {
    const wrong = [[], ['lnt'], ['show'], ['logs', 'abc'], ['retry', '0'], ['list', '--nope']];
    const results = await Promise.all(wrong.map((args) => kuroko(...args)));
    for (const result of results) {
      expect([result.code, result.stdout]).toEqual([2, '']);
      expect(result.stderr).toMatch(/Usage: kuroko|error: /);
    }
    expect(results[1]?.stderr).toContain('Did you mean lint?');
    const help = await kuroko('help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('terminate');
  });

  it('says in one sentence that there is no database, or no schema in it', async () => {
    const nowhere = await cliWith({})('list');
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toMatch(
      /^There is no database: DATABASE_URL is not set.*kuroko start\n$/,
    );
    const closed = await cliWith({ DATABASE_URL: 'postgres://x:hush@127.0.0.1:1/y' })('list');
    expect(closed).toMatchObject({ code: 1, stdout: '' });
    expect(closed.stderr).toMatch(/^The database cannot be reached: .*ECONNREFUSED.*\n$/);
    expect(closed.stderr).not.toContain('hush');
    const empty = await createTestDatabase({ empty: true });
    try {
      const old = await cliWith({ DATABASE_URL: empty.url })('list');
      expect(old.stderr).toBe(
        'The schema of the database is not of this version. Run: kuroko migrate\n',
      );
      expect(old.code).toBe(1);
    } finally {
      await empty.drop();
    }
  });

  it('says every mistake of the configuration', async () => {
    const wrong = cliWith({ DATABASE_URL: 'mysql://x', PORT: '70000' });
    const result = await wrong('list');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('DATABASE_URL');
    expect(result.stderr).toContain('PORT');
  });
});

describe('kuroko migrate', () => {
  it('brings the schema forward and back, and says where it stands', async () => {
    const empty = await createTestDatabase({ empty: true });
    const migrate = cliWith({ DATABASE_URL: empty.url });
    try {
      const before = await migrate('migrate', '--status', '--json');
      expect(before.code).toBe(1);
      expect(parsed(before)['applied']).toEqual([]);
      const pending = parsed(before)['pending'] as string[];
      expect(pending).toContain('001_definitions');
      const done = await migrate('migrate', '--json');
      expect([done.code, parsed(done)]).toEqual([0, { migrated: pending }]);
      expect((await migrate('migrate')).stdout).toBe('Nothing to do.\n');
      expect(await migrate('migrate', '--status')).toMatchObject({
        code: 0,
        stdout: pending.map((name) => `applied  ${name}\n`).join(''),
      });
      const back = await migrate('migrate', '--rollback', '--json');
      expect(parsed(back)['rolled_back']).toHaveLength(pending.length);
      expect((await migrate('migrate', '--status')).code).toBe(1);
    } finally {
      await empty.drop();
    }
  });
});

describe('kuroko check', () => {
  it('is content with what is in order', async () => {
    const result = await kuroko('check', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { ok, findings } = parsed(result) as { ok: boolean; findings: { message: string }[] };
    expect(ok).toBe(true);
    const messages = findings.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/PostgreSQL 18\.\d+.*, \d+ migrations/);
  });

  it('warns of secrets that are too short to be masked, and is content all the same', async () => {
    const { id } = await define(db, 'echo: hi\nenv: A_TOKEN=abc B_TOKEN=abcdef\n');
    const config = file(
      'kuroko2.yml',
      'custom_tasks: {deploy: {shell: ./deploy, env: {DEPLOY_KEY: k3y, USER: abc}}}\n',
    );
    const check = cliWith({ DATABASE_URL: database.url, KUROKO2_CONFIG: config });
    const { code, stdout } = await check('check');
    expect(code).toBe(0);
    const warnings = stdout.split('\n').filter((line) => line.startsWith('warning  secrets: '));
    expect(warnings).toHaveLength(2);
    expect(stdout).toContain('custom_tasks.deploy: the value of DEPLOY_KEY is shorter than 6');
    expect(stdout).toMatch(new RegExp(`definition ${id} .*line 2.*value of A_TOKEN is shorter`));
    expect(stdout).not.toContain('k3y');
  });

  it('says every problem at once: configuration, templates and database', async () => {
    const empty = await createTestDatabase({ empty: true });
    try {
      const result = await cliWith({ DATABASE_URL: empty.url, PORT: 'x', NUM_WORKERS: '0' })(
        'check',
      );
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(/^problem {2}configuration: .*PORT/m);
      expect(result.stdout).toMatch(/^problem {2}configuration: .*NUM_WORKERS/m);
      expect(result.stdout).toMatch(/^problem {2}database: 001_definitions is not applied/m);
      expect(result.stdout).toMatch(/^ok {7}templates: /m);
      const config = file(
        'kuroko2.yml',
        `templates: ${path.dirname(file('x', ''))}/nowhere
`,
      );
      const other = await cliWith({
        DATABASE_URL: 'postgres://a@127.0.0.1:1/b',
        KUROKO2_CONFIG: config,
      })('check');
      expect(other.code).toBe(1);
      expect(other.stdout).toMatch(/^problem {2}templates: .*nowhere/m);
      expect(other.stdout).toMatch(/^problem {2}database: The database cannot be reached/m);
    } finally {
      await empty.drop();
    }
  });
});

describe('kuroko lint', () => {
  it('prints one JSON line a file and needs no database', async () => {
    const right = file('right.job', 'env: A=1\nfork:\n  execute: a\n');
    const wrong = file('wrong.job', 'execut: ls\n\n  noop:\nqueue: a b\n');
    const result = await cliWith({})('lint', right, wrong, '--json');
    expect([result.code, result.stderr]).toEqual([1, '']);
    const [one, two, ...rest] = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(rest).toEqual([]);
    expect(one).toEqual({
      file: right,
      ok: true,
      tree: {
        type: 'root',
        option: null,
        path: '',
        children: [
          { type: 'env', option: 'A=1', path: '/0-env', children: [] },
          {
            type: 'fork',
            option: null,
            path: '/1-fork',
            children: [{ type: 'execute', option: 'a', path: '/1-fork/0-execute', children: [] }],
          },
        ],
      },
    });
    expect(two).toMatchObject({
      file: wrong,
      ok: false,
      errors: [
        { line: 1, column: 1, suggestion: expect.stringContaining('`execute`') as unknown },
        { line: 4 },
      ],
    });
  });

  it('reads for people too, without a look at what there is, and takes standard input', async () => {
    const scripts = cliWith({}, 'execut: ls\n');
    expect(await scripts('lint', '-')).toEqual({
      code: 1,
      stdout: '-:1:1 `execut` is not registered in task repository. (Did you mean `execute`?)\n',
      stderr: '',
    });
    const waiting = file('waiting.job', 'wait: 1/daily\n');
    expect(await scripts('lint', waiting)).toEqual({
      code: 0,
      stdout: `${waiting} is right\n`,
      stderr: '',
    });
    expect(await scripts('lint', '/nowhere/x')).toMatchObject({
      code: 1,
      stdout: '/nowhere/x:1:1 /nowhere/x cannot be read: there is no such file.\n',
    });
  });

  it('takes the scripts of definition files, and the words of the configuration', async () => {
    const yaml = file(
      'jobs.yml',
      'name: a\nscript: |\n  noop:\n  nop:\n---\nscript: "my_task: x"\n',
    );
    const without = await cliWith({})('lint', yaml);
    expect(without.code).toBe(1);
    expect(without.stdout).toContain(`${yaml}:4:3 \`nop\``);
    expect(without.stdout).toContain('`my_task`');
    const config = file('kuroko2.yml', 'custom_tasks: {my_task: {shell: "run {{option}}"}}\n');
    const configured = await cliWith({ KUROKO2_CONFIG: config })('lint', yaml);
    expect(configured.stdout).not.toContain('`my_task`');
  });
});

describe('what deserves a second look', () => {
  it('is told by lint, is no error, and fails it only if that is asked for', async () => {
    const script = file('frag.job', 'noop:\n  execute: curl h/x#frag\n');
    const lint = cliWith({});
    expect(await lint('lint', script)).toEqual({
      code: 0,
      stdout: `${script} is right\n`,
      stderr: `${script}:2:20 Kuroko2 took this \`#\` for the begin of a comment; here the text goes on. (Put a space before it if it begins one; quoted it means the same in both.)\n`,
    });
    expect((await lint('lint', '--strict', script)).code).toBe(1);
    expect((await lint('lint', '--strict', file('a.job', 'noop:\n'))).code).toBe(0);
    const { warnings } = parsed(await lint('lint', script, '--json')) as { warnings: unknown };
    expect(warnings).toMatchObject([{ line: 2, column: 20 }]);
  });

  it('is a circle among the files, and with a database one that it closes, and a queue', async () => {
    const job = (name: string, script: string) =>
      `name: ${name}\nadmins: [alice@example.com]\nscript: |\n  ${script.replaceAll('\n', '\n  ')}\n`;
    const both = file(
      'both.yml',
      `${job('lint-a', 'sub_process: lint-b')}---\n${job('lint-b', 'noop:\nsub_process: lint-a')}`,
    );
    const alone = await cliWith({})('lint', both);
    expect(alone.code).toBe(0);
    expect(alone.stderr).toMatch(/both\.yml:4:3 .*circle: lint-a -> lint-b -> lint-a\./);
    expect(alone.stderr).toMatch(/both\.yml:10:3 .*circle: lint-b -> lint-a -> lint-b\./);

    const { id } = await define(db, 'noop:', { name: 'lint-saved' });
    // Not executed yet, and so not saved by anybody: as it will be.
    await db.query('update definitions set script = $2 where id = $1', [
      id,
      'sub_process: lint-new',
    ]);
    const next = file('next.yml', job('lint-new', `sub_process: ${id}\nqueue: lint-queue`));
    const without = await cliWith({})('lint', next);
    expect(without.stderr).not.toMatch(/circle|queue/);
    const asked = await kuroko('lint', next);
    expect(asked.code).toBe(0);
    expect(asked.stderr).toMatch(
      /next\.yml:4:3 .*circle: lint-new -> \d+ lint-saved -> lint-new\./,
    );
    expect(asked.stderr).toMatch(/next\.yml:5:3 No worker serves the queue lint-queue/);
    const unreachable = await cliWith({ DATABASE_URL: 'postgres://x@127.0.0.1:1/y' })('lint', next);
    expect(unreachable).toMatchObject({ code: 0, stdout: `${next} is right\n` });
    expect(unreachable.stderr).toContain('Queues and other jobs are left aside.');
  });

  it('is told by apply, which saves all the same, and before that by its dry run', async () => {
    const job = file(
      'warned.yml',
      'name: warned\nadmins: [alice@example.com]\nscript: |\n  queue: nobodys\n  execute: echo $#\n',
    );
    const dry = await kuroko('apply', job, '--dry-run');
    expect(dry.stderr).toMatch(/^warned: \(line 1\) No worker serves the queue nobodys/m);
    expect(dry.stderr).toMatch(/^warned: \(line 2\) Kuroko2 took this/m);
    const saved = await kuroko('apply', job);
    expect([saved.code, saved.stderr]).toEqual([
      0,
      dry.stderr.replace('Nothing was applied: this was a dry run.\n', ''),
    ]);
    expect(saved.stdout).toMatch(/^created \d+ warned$/m);
    expect(await kuroko('apply', job)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('kuroko apply', () => {
  const job = (name: string, more = '') =>
    `name: ${name}\nadmins: [alice@example.com]\nscript: |\n  execute: ./a.sh\n${more}`;

  it('creates, leaves alone, and changes what differs, with a plan first', async () => {
    const dry = await kuroko('apply', file('a.yml', job('apply-a')), '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^create apply-a \(/) as unknown,
    });
    expect(parsed(await kuroko('list', 'apply-a', '--json'))['total']).toBe(0);

    const created = await kuroko('apply', file('a.yml', job('apply-a')));
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const [, id = ''] = /^created (\d+) apply-a$/m.exec(created.stdout) ?? [];
    const shown = parsed(await kuroko('show', 'apply-a', '--json'));
    expect(shown).toMatchObject({
      id: Number(id),
      name: 'apply-a',
      version: 1,
      script: 'execute: ./a.sh\n',
      admins: ['alice@example.com'],
      prevent_multi: 'working_or_error',
      notify_all_events: true,
      instances: [],
    });

    const again = await kuroko('apply', file('a.yml', job('apply-a')));
    expect(again.stdout).toMatch(new RegExp(`^unchanged ${id} apply-a \\(.*\\)\n$`));
    expect(parsed(await kuroko('show', id, '--json'))['version']).toBe(1);

    const changed = file(
      'a.yml',
      `id: ${id}\nname: apply-b\ntags: [x]\nscript: |\n  execute: ./a.sh\n  execute: ./b.sh\n`,
    );
    const result = await kuroko('apply', changed);
    expect(result.stdout).toBe(
      `change ${id} apply-b (${changed}:1)
  name: "apply-a" -> "apply-b"
  script:
    execute: ./a.sh
  + execute: ./b.sh
  tags: none -> x
changed ${id} apply-b
`.replace('    execute', '    execute'),
    );
    const after = parsed(await kuroko('show', id, '--json'));
    expect(after).toMatchObject({ version: 2, tags: ['x'], admins: ['alice@example.com'] });
    const [audit] = await db.query<{ actorKind: string; action: string }>(
      'select actor_kind, action from audit where definition_id = $1 order by id desc limit 1',
      [Number(id)],
    );
    expect(audit).toEqual({ actorKind: 'cli', action: 'edit' });
  });

  it('restores an id where it is free', async () => {
    const result = await kuroko('apply', file('a.yml', `id: 4711\n${job('apply-id')}`), '--json');
    expect(parsed(result)).toMatchObject({
      dry_run: false,
      definitions: [{ action: 'create', id: 4711, name: 'apply-id', changes: [] }],
    });
    const next = await kuroko('apply', file('b.yml', job('apply-id-next')), '--json');
    const [{ id }] = parsed(next)['definitions'] as [{ id: number }];
    expect(id).toBeGreaterThan(4711);
  });

  it('applies all files or none, and says everything that is wrong', async () => {
    const good = file('good.yml', job('apply-good'));
    const bad = file(
      'bad.yml',
      `${job('apply-bad').replace('execute:', 'execut:')}---\nname: apply-worse\nscript: "noop:"\n`,
    );
    const result = await kuroko('apply', good, bad);
    expect([result.code, result.stdout]).toEqual([1, '']);
    expect(result.stderr).toContain(`${bad}:1 script: `);
    expect(result.stderr).toContain('`execut`');
    expect(result.stderr).toContain(`${bad}:6 admins: `);
    const shape = await kuroko('apply', good, file('x.yml', 'nmae: x\n'), '/nowhere/y.yml');
    expect(shape.stderr).toContain('nmae: is no key of a definition.');
    expect(shape.stderr).toContain('/nowhere/y.yml cannot be read');
    expect(parsed(await kuroko('list', 'apply-good', '--json'))['total']).toBe(0);
    expect((await kuroko('apply', good)).code).toBe(0);
  });

  it('refuses what could mean several definitions, or none', async () => {
    await define(db, 'noop:', { name: 'apply-twice' });
    await define(db, 'noop:', { name: 'apply-twice' });
    const twice = await kuroko('apply', file('a.yml', job('apply-twice')));
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/is the name of 2 definitions \(\d+, \d+\)\. Add the id/);
    const same = await kuroko(
      'apply',
      file('a.yml', `${job('apply-same')}---\n${job('apply-same')}`),
    );
    expect(same.stderr).toContain('means the same definition as');
    const waiting = await kuroko(
      'apply',
      file('a.yml', job('apply-wait').replace('execute: ./a.sh', 'wait: 999999/daily')),
    );
    expect(waiting.stderr).toContain('script: (line 1) Given Job Definition ID not found: 999999');
  });

  it('warns of a queue that nobody serves', async () => {
    const text = job('apply-queue').replace('execute: ./a.sh', 'queue: nobody\n  execute: ./a.sh');
    const result = await kuroko('apply', file('a.yml', text));
    expect(result.code).toBe(0);
    expect(result.stderr).toBe(
      'apply-queue: (line 1) No worker serves the queue nobody: its commands will wait. Start some: `kuroko executor --queue nobody`.\n',
    );
  });
});

describe('kuroko launch', () => {
  it('launches by name or id, with an environment', async () => {
    const { id } = await define(db, 'queue: launch\nexecute: true\n', { name: 'launch me' });
    const first = await launched('launch me', 'A=1', 'B=x y=z', 'C=-1');
    const [row] = await db.query<{ env: unknown; launchedFrom: string }>(
      'select env, launched_from from instances where id = $1',
      [first],
    );
    expect(row).toEqual({ env: { A: '1', B: 'x y=z', C: '-1' }, launchedFrom: 'cli' });
    expect((await kuroko('launch', String(id))).stdout).toMatch(/^#\d+ WORKING\n$/);
  });

  it('refuses what is no environment, no job, or several jobs', async () => {
    const pairs = await kuroko('launch', 'launch me', 'A', '1B=2');
    expect(pairs.code).toBe(2);
    expect(pairs.stderr).toContain('"A" is not an environment pair');
    expect(pairs.stderr).toContain('"1B"');
    const none = await kuroko('launch', 'nothing of the kind');
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('There is no job "nothing of the kind".');
    const [one, two] = [
      await define(db, 'noop:', { name: 'twins' }),
      await define(db, 'noop:', { name: 'twins' }),
    ];
    const several = await kuroko('launch', 'twins');
    expect(several.code).toBe(1);
    expect(several.stderr).toContain(`  ${one.id} twins\n  ${two.id} twins\n`);
  });

  it('launches with a script for this run only, and says everything that is wrong with one', async () => {
    const { id } = await define(db, 'queue: launch\nexecute: true\n');
    const script = file('this-run.job', 'queue: launch\nexecute: |\n  echo $A\n  echo $B\n');
    const run = await launched(id, 'A=1', '--env', 'B=2', '--script-file', script);
    const status = parsed(await kuroko('status', String(run), '--json'));
    expect(status).toMatchObject({
      script: 'queue: launch\nexecute: |\n  echo $A\n  echo $B\n',
      script_changed: true,
      env_names: ['A', 'B'],
      executions: [{ shell: 'echo $A\necho $B' }],
    });
    const told = (await kuroko('status', String(run))).stdout;
    expect(told).toContain('script changed for this run\n');
    expect(told).toMatch(/\/1-execute +echo \$A …\n/);
    expect(parsed(await kuroko('show', String(id), '--json'))['script']).toBe(
      'queue: launch\nexecute: true\n',
    );
    const next = parsed(await kuroko('status', String(await launched(id)), '--json'));
    expect(next['script_changed']).toBe(false);

    const wrong = file('wrong.job', 'execut: ls\nqueue: a b\n');
    const refused = await kuroko('launch', String(id), '--script-file', wrong);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /mistakes\.\n {2}\(line 1\) .*Did you mean `execute`\?\n {2}\(line 2\) /,
    );
    const gone = file('gone.job', 'noop:\nwait: 999999/daily\n');
    expect((await kuroko('launch', String(id), '--script-file', gone)).stderr).toContain(
      '  (line 2) Given Job Definition ID not found: 999999\n',
    );
    const none = await kuroko('launch', String(id), '--script-file', '/nowhere/x');
    expect(none.stderr).toContain('Nothing was launched: /nowhere/x cannot be read');
  });

  it('exits 1 for a launch that was prevented', async () => {
    const { id } = await define(db, 'queue: launch\nexecute: true\n', {
      name: 'single',
      preventMulti: 'working',
    });
    const first = await launched(id);
    const second = await kuroko('launch', String(id));
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(new RegExp(`^#\\d+ CANCEL: #${first} is in the way\n$`));
  });

  it('waits with --wait, and exits as the instance ends', async () => {
    const { id } = await define(db, 'execute: ./job.sh\n', { name: 'waited' });
    const instant = await define(db, 'noop:\n', { name: 'instant' });
    expect(await kuroko('launch', String(instant.id), '--wait')).toMatchObject({ code: 0 });
    for (const [exitStatus, code, says] of [
      [0, 0, 'SUCCESS'],
      [1, 1, 'ERROR. See: kuroko logs'],
    ] as const) {
      const idle = await db.query(`select id from executions where status = 'pending'`);
      const running = kuroko('launch', String(id), '--wait');
      await expect
        .poll(() => db.query(`select id from executions where status = 'pending'`), patience)
        .not.toEqual(idle);
      await worker.end(await worker.claim(), exitStatus);
      const result = await running;
      expect(result.code).toBe(code);
      expect(result.stdout).toMatch(/^#\d+ WORKING\n/);
      expect(result.stdout).toContain(says);
    }
  });
});

describe('kuroko status, logs and what operators do', () => {
  it('shows a failure, and goes on from it once', async () => {
    const { id } = await define(db, 'execute: ./first.sh\nexecute: ./second.sh\n', {
      name: 'failing',
    });
    const instance = await launched(id, 'PASSWORD=hush-hush');
    await worker.end(await worker.claim(), 3, 'line 1\nline 2 \u001b[31mred\u001b[0m\n');
    const status = await kuroko('status', `#${instance}`);
    expect(status.stdout).toContain(`#${instance} ERROR  ${id} failing`);
    expect(status.stdout).toContain('exit 3');
    expect(status.stdout).toContain('/0-execute');
    const full = await kuroko('status', String(instance), '--json');
    expect(parsed(full)).toMatchObject({
      id: instance,
      status: 'error',
      env_names: ['PASSWORD'],
      tokens: [{ path: '/0-execute', status: 'failure' }],
      executions: [{ shell: './first.sh', exit_status: 3, status: 'finished' }],
    });
    expect(full.stdout + status.stdout).not.toContain('hush-hush');
    expect((await kuroko('status')).stdout).toMatch(new RegExp(`^${instance} +ERROR`, 'm'));

    const logs = await kuroko('logs', String(instance));
    expect(logs.code).toBe(0);
    expect(logs.stdout).toContain('`./first.sh` returns 3');
    expect(logs.stdout).toContain('line 1\nline 2 \u001b[31mred\u001b[0m\n');
    const json = parsed(await kuroko('logs', String(instance), '--json'));
    expect(json).toMatchObject({ instance_id: instance, outputs: [{ path: '/0-execute' }] });

    expect(await kuroko('retry', String(instance))).toMatchObject({
      code: 0,
      stdout: `#${instance} retried\n`,
    });
    const late = await kuroko('skip', String(instance));
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toMatch(/^Already retried by .* Now: working\.\n$/);
    await worker.end(await worker.claim(), 1);
    const skipped = await kuroko('skip', String(instance), '--json');
    expect(parsed(skipped)).toMatchObject({ instance_id: instance });
    const claim = await worker.claim();
    expect(claim.shell).toBe('./second.sh');
    const terminated = await kuroko('terminate', String(instance), '--json');
    expect(parsed(terminated)).toEqual({ instance_id: instance, execution_id: claim.executionId });
    await worker.end(claim, 143);
    expect(await kuroko('cancel', String(instance))).toMatchObject({
      code: 0,
      stdout: `#${instance} cancelled\n`,
    });
    const over = await kuroko('cancel', String(instance));
    expect(over.code).toBe(1);
    expect(over.stderr).toMatch(/^Already cancelled by .* Now: cancelled\.\n$/);
    const rows = await db.query<{ action: string; outcome: string; actorKind: string }>(
      'select action, outcome, actor_kind from audit where instance_id = $1 order by id',
      [instance],
    );
    expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'launch done',
      'retry done',
      'skip late',
      'skip done',
      'terminate done',
      'cancel done',
      'cancel late',
    ]);
    expect(rows.every(({ actorKind }) => actorKind === 'cli')).toBe(true);
  });

  it('retries what may still run only with --yes, and says why', async () => {
    const { id } = await define(db, 'execute: ./charge.sh', { name: 'charge' });
    const instance = await launched(id);
    const claim = await worker.claim();
    const unknown = { evidence: 'unknown: host h unreachable.', groupEmptyAt: null };
    await inTransaction(db, (tx) => lose(tx, { ...claim, ...unknown }, facts));
    expect(await kuroko('retry', String(instance))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `#${instance} was not retried. The lost command may still run on host-of-the-test. ` +
        `Retry may run it twice: make sure first. Then: kuroko retry ${instance} --yes\n`,
    });
    const retried = await kuroko('retry', String(instance), '--yes');
    expect(retried).toEqual({ code: 0, stdout: `#${instance} retried\n`, stderr: '' });
    await worker.end(await worker.claim(), 0);
  });

  it('names what does not exist', async () => {
    const verbs = ['status', 'logs', 'retry', 'skip', 'cancel', 'terminate'];
    const results = await Promise.all(verbs.map((verb) => kuroko(verb, '999999')));
    const refused = { code: 1, stdout: '', stderr: 'There is no instance #999999.\n' };
    expect(results).toEqual(verbs.map(() => refused));
  });

  it('follows log and output to the end', async () => {
    const { id } = await define(db, 'execute: ./follow.sh\n', { name: 'followed' });
    const instance = await launched(id);
    const claim = await worker.claim();
    const child = kuroko.spawn('logs', String(instance), '--follow');
    let text = '';
    child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
    const over = new Promise<number | null>((resolve) => child.once('close', resolve));
    await expect.poll(() => text, patience).toContain('Launched by');
    expect(text).not.toContain('some output');
    await worker.end(claim, 0, 'some output\n');
    expect(await over).toBe(0);
    expect(text.indexOf('some output')).toBeLessThan(text.indexOf('returns 0'));
    expect(text.endsWith(`#${instance} SUCCESS\n`)).toBe(true);
    expect((await kuroko('logs', String(instance), '--follow', '--json')).code).toBe(2);
  });

  it('lists by words of name and script, and by no part of a secret', async () => {
    await define(db, 'env: API_KEY=Plugh-4711\nexecute: ./settle', { name: 'books' });
    expect((await kuroko('list', 'settle', 'boo')).stdout).toContain('books');
    expect(parsed(await kuroko('list', 'plugh', '--json'))).toEqual({ total: 0, definitions: [] });
  });

  it("shows other people's text without obeying it", async () => {
    const { id } = await define(db, "execute: printf '\u001b[2J'\n", {
      name: 'odd \u009b2J \u202ename',
    });
    const list = await kuroko('list', 'odd');
    const show = await kuroko('show', String(id));
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(list.stdout + show.stdout).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(show.stdout).toContain("printf '\uFFFD[2J'");
  });
});

describe('kuroko list', () => {
  it('finds by words and tags', async () => {
    await define(db, 'execute: needle', { name: 'list one', tags: ['t1', 't2'] });
    await define(db, 'execute: needle', { name: 'list two', tags: ['t1'], suspended: true });
    const all = parsed(await kuroko('list', 'needle', '--json'));
    expect(all).toMatchObject({
      total: 2,
      definitions: [
        { name: 'list one' },
        { name: 'list two', suspended: true, last_instance: null },
      ],
    });
    const tagged = parsed(await kuroko('list', 'needle', '--tag', 't1', '--tag', 't2', '--json'));
    expect(tagged).toMatchObject({ total: 1, definitions: [{ name: 'list one' }] });
    const some = await kuroko('list', 'needle', '--limit', '1');
    expect(some.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(some.stderr).toBe('1 of 2 are shown.\n');
    expect(await kuroko('list', 'no such thing')).toMatchObject({ code: 0, stdout: '' });
  });
});
