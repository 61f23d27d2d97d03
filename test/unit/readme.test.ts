import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { table } from '../../src/workflow/step.ts';

const file = new URL('../../README.md', import.meta.url);
const [begin, end] = ['<!-- transitions -->\n', '<!-- /transitions -->'];

/** What the README says of tokens, drawn from the table that the engine runs on. */
function transitions(): string {
  const rows = Object.entries(table).flatMap(([status, events]) =>
    Object.entries(events).map(
      ([event, { to }]) => `| ${status} | ${wordsOf[event] ?? event} | ${to.join(', ')} |`,
    ),
  );
  const finals = Object.entries(table)
    .filter(([, events]) => Object.keys(events).length === 0)
    .map(([status]) => status);
  return [
    '| a token that is | and | becomes |',
    '| --- | --- | --- |',
    ...rows,
    `| ${finals.join(', ')} | whatever comes | stays what it is |`,
    '',
  ].join('\n');
}
const wordsOf: Readonly<Record<string, string>> = {
  start: 'is started',
  exited: 'its command ends',
  lost: 'its command is lost',
  joined: 'all that it forked have finished',
  woken: 'its time has come',
  awaited: 'what it waits for has finished, or failed',
  child_ended: 'the instance that it launched has ended',
  maintained: 'the maintenance that it asked for is over',
  retry: 'is retried',
  skip: 'is skipped',
  cancel: 'is cancelled',
};

it('shows the transitions that the engine runs on (UPDATE_README=1 writes them)', () => {
  const text = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const wanted = `${before}${begin}${transitions()}${end}${rest.split(end)[1] ?? ''}`;
  if (process.env['UPDATE_README'] === '1') writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8')).toBe(wanted);
});

it('tells the way of a launch as the code goes it: each file imports the one behind the arrow', () => {
  const text = readFileSync(file, 'utf8');
  const [, way = ''] = text.split('**From a launch to the process**');
  const flowing = (way.split('**Another place')[0] ?? '').replaceAll(/\s+/g, ' ');
  const steps = [...flowing.matchAll(/`([\w/-]+)` →(?= `([\w/-]+)`)/g)];
  expect(steps.length).toBeGreaterThan(12);
  for (const [, from = '', to = ''] of steps) {
    const source = readFileSync(new URL(`../../src/${from}.ts`, import.meta.url), 'utf8');
    const imported = [...source.matchAll(/from '(\.[^']+)'/g)].map(([, at = '']) =>
      path.posix.join(path.posix.dirname(from), at),
    );
    expect(imported, `${from} imports ${to}`).toContain(`${to}.ts`);
  }
});

const root = new URL('../../', import.meta.url);
const pages = [
  'README.md',
  ...readdirSync(new URL('docs', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** As GitHub names them. */
const headingsOf = (page: string): string[] =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

it.for(pages)('%s links to what is there', (page) => {
  const text = readFileSync(new URL(page, root), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, to = '', heading]) => {
    const target = to === '' ? page : path.posix.join(path.posix.dirname(page), to);
    if (!existsSync(new URL(target, root))) return true;
    return heading !== undefined && !headingsOf(target).includes(heading);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

it('leads to every page of docs', () => {
  const text = readFileSync(file, 'utf8');
  for (const page of pages.slice(1)) expect(text).toContain(`](${page}`);
});
