import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic } from '../support/api-server.ts';
import { createHome, startProgram, type Home, type Program } from '../support/program.ts';
import { lacks } from '../support/tools.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

let home: Home;
let program: Program;
let url: string;
beforeAll(async () => {
  home = await createHome('api_basic_authentication_applications: {client: key}\n');
  program = await startProgram(home);
  url = `http://localhost:${program.port}`;
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.ended;
  await home.remove();
}, 60_000);

interface Body {
  readonly id: number;
  readonly status: string;
  readonly output: { readonly text: string }[];
}

/** As a client of Kuroko2 does it: forms, or JSON. */
async function ask(
  method: string,
  address: string,
  body?: URLSearchParams | object,
): Promise<Body> {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url + address, {
    method,
    headers: {
      authorization: basic('client', 'key'),
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect([text, response.ok]).toEqual([text, true]);
  return JSON.parse(text === '' ? '{}' : text) as Body;
}

async function define(name: string, script: string): Promise<number> {
  const fields = { name, script, api_allowed: '1', prevent_multi: '0', 'tags[]': 'report' };
  const made = await ask(
    'POST',
    '/v1/definitions',
    new URLSearchParams({ ...fields, 'admins[]': 'alice@example.com' }),
  );
  return made.id;
}

const statusOf = async (id: number, instance: number) =>
  (await ask('GET', `/v1/definitions/${id}/instances/${instance}`)).status;

it.skipIf(lacks('curl'))('runs the examples of the README as they stand', async () => {
  const flag = path.join(home.dataDir, 'report-is-there');
  const id = await define('report', `execute: echo "report of $REPORT_DATE"; test -e ${flag}`);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('## HTTP API\n');
  const [, block = ''] = /```sh\n([^]*?)```/.exec(section) ?? [];
  const examples = block.replaceAll('\\\n', ' ').trim().split('\n');
  expect(examples).toHaveLength(5);
  let instance = 0;
  const example = async (index: number): Promise<string> => {
    const command = (examples[index] ?? '')
      .replaceAll('http://localhost:5000', url)
      .replaceAll('definitions/2', `definitions/${id}`)
      .replaceAll('instances/10', `instances/${instance}`);
    return (await run('bash', ['-c', command])).stdout;
  };

  const launched = JSON.parse(await example(0)) as Body;
  expect(launched).toMatchObject({ status: 'working' });
  instance = launched.id;
  await until('it to fail', async () => (await statusOf(id, instance)) === 'error');
  expect(JSON.parse(await example(1))).toEqual({ id: instance, status: 'error' });
  expect(JSON.parse(await example(2))).toMatchObject([{ id, name: 'report', tags: ['report'] }]);
  writeFileSync(flag, '');
  expect(JSON.parse(await example(3))).toEqual({ id: instance, status: 'working' });
  const followed = await example(4);
  expect(followed.match(/"text":"report of 2026-01-31\\n"/g)).toHaveLength(2);
  expect(followed).toMatch(/\nevent: end\ndata: \{"id":\d+,"status":"success"\}\n\n$/);
});

describe('what a client sends', () => {
  const pwned = () => path.join(home.dataDir, 'pwned');
  const hostile = () => [
    'line\nexecute: touch pwned\n',
    `'; touch ${pwned()}; '`,
    `"; touch ${pwned()}; "`,
    `$(touch ${pwned()}) \`touch ${pwned()}\` \${HOME} %s %n \\`,
    '🦊 ü \u202e \uffff',
    'x'.repeat(100_000),
  ];

  it('reaches a command as data, to the byte', async () => {
    const id = await define('bytes', `execute: printf '%s' "$VALUE" | base64 -w 0`);
    for (const value of hostile()) {
      const { id: instance } = await ask('POST', `/v1/definitions/${id}/instances`, {
        env: { VALUE: value },
      });
      await until('it to end', async () => (await statusOf(id, instance)) === 'success');
      const { output } = await ask(
        'GET',
        `/v1/definitions/${id}/instances/${instance}/output?limit=1048576`,
      );
      const written = output.map(({ text }) => text).join('');
      expect(Buffer.from(written, 'base64').toString()).toBe(value);
    }
    expect(existsSync(pwned())).toBe(false);
  });

  it('is one line in the log of the program, if it is there at all', async () => {
    for (const value of hostile().slice(0, 5)) {
      const name = encodeURIComponent(value);
      const response = await fetch(`${url}/v1/definitions?tags[]=${name}`, {
        headers: { authorization: basic('client', 'key'), 'user-agent': 'x'.repeat(10) },
      });
      expect(response.status).toBe(200);
    }
    const lines = program.text().split('\n');
    expect(lines.filter((line) => /execute: touch|X-Injected/.test(line))).toEqual([]);
    expect(program.text()).not.toContain(Buffer.from('client:key').toString('base64'));
  });
});
