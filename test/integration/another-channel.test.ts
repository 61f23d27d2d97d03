// The channel that the README shows, put into a copy of the project as it says: it compiles, is configured, and speaks.

import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let server: Server;
const received: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => received.push(body) && response.writeHead(202).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const blocks = (): Record<string, string> => {
  const [, shown = ''] =
    /<!-- channel -->\n([^]*?)<!-- \/channel -->/.exec(
      readFileSync(path.join(root, 'README.md'), 'utf8'),
    ) ?? [];
  const found = shown.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  return Object.fromEntries(Array.from(found, ([, language = '', code = '']) => [language, code]));
};

/** Writes what stands below the line that names a file into that file. */
function put(folder: string, block: string, name: RegExp): void {
  const file = name.exec(block)?.[1] ?? '(no file is named)';
  writeFileSync(path.join(folder, file), block.replace(/^.*\n/, ''));
}

/** Lines with a plus come below the line before them, which is there once. */
function patch(folder: string, diff: string): void {
  for (const part of diff.split(/^--- /m).slice(1)) {
    const [name = '', ...lines] = part.trimEnd().split('\n');
    const file = path.join(folder, name);
    let source = readFileSync(file, 'utf8');
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('+')) continue;
      const before = `${lines[index - 1]?.slice(1)}\n`;
      expect(source.split(before), `${name}: ${before}`).toHaveLength(2);
      source = source.replace(before, `${before}${line.slice(1)}\n`);
    }
    writeFileSync(file, source);
  }
}

/** What happened, as the code of the copy is given it. */
const script = (url: string) => `
  import { writeFileSync } from 'node:fs';
  import { loadConfig } from './dist/src/config.js';
  import { createChannels } from './dist/src/notifiers/channels.js';
  writeFileSync('kuroko2.yml', 'notifiers: {teams: {url: ${url}}}');
  const { notifiers } = loadConfig({});
  const [teams] = createChannels(notifiers, { baseUrl: 'https://kuroko.example.com' });
  const definition = { id: 3, name: '*nightly* <at>all</at>', notifyAllEvents: false };
  const payload = { message: '/0-execute: exit 3' };
  const happening = { event: 'failure', payload, instance: { id: 12 }, definition };
  const parcels = [...teams.parcelsOf(happening), ...teams.parcelsOf({ ...happening, event: 'launch' })];
  for (const parcel of parcels) {
    const answer = await teams.send({ ...parcel, key: 'k', attempt: 1 }, new AbortController().signal);
    console.log(JSON.stringify(answer));
  }
`;

it('works as the README shows it', async () => {
  const folder = temporaryFolder();
  for (const part of ['src', 'templates', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const { ts = '', handlebars = '', diff = '' } = blocks();
  put(folder, ts, /^\/\/ (\S+)$/m);
  put(folder, handlebars, /^\{\{!-- (\S+) --\}\}$/m);
  patch(folder, diff);
  // Of the project what belongs to it: the whole takes several times as long.
  const project = {
    extends: './tsconfig.json',
    compilerOptions: { noEmit: false, rootDir: '.', outDir: 'dist' },
    include: [],
    files: ['src/config.ts', 'src/notifiers/channels.ts'],
  };
  writeFileSync(path.join(folder, 'channel.json'), JSON.stringify(project));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', 'channel.json'], { cwd: folder });
  const { port } = server.address() as AddressInfo;
  writeFileSync(path.join(folder, 'speak.mjs'), script(`http://127.0.0.1:${port}/workflow`));
  const { stdout } = await run(process.execPath, ['speak.mjs'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'delivered', status: 202 });
  expect(received.map((body) => JSON.parse(body) as unknown)).toMatchObject([
    {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            body: [
              { inlines: [{ text: "Failed to execute '*nightly* <at>all</at>'" }] },
              { inlines: [{ text: '[FAILURE] *nightly* <at>all</at>: /0-execute: exit 3' }] },
            ],
            actions: [{ url: 'https://kuroko.example.com/definitions/3/instances/12' }],
          },
        },
      ],
    },
  ]);
});
