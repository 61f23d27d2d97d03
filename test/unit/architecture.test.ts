import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom: the table of the architecture, and nothing that is not in it. `types` may be imported
 * with `import type` only. A folder may always import itself; `leaves` may be imported by all, one another
 * included, but not by those that stand `alone`.
 */
type Row = { readonly may: readonly string[]; readonly types?: readonly string[] };
const table: Readonly<Record<string, Row | 'everything'>> = {
  workflow: { may: [] },
  schedule: { may: [] },
  guardian: { may: [] },
  messages: { may: ['templates'], types: ['store', 'workflow'] },
  processes: { may: [], types: ['guardian'] },
  store: { may: [], types: ['workflow', 'schedule'] },
  operations: { may: ['workflow', 'schedule', 'store'] },
  notifiers: { may: ['messages'], types: ['store'] },
  slack: { may: ['operations', 'store', 'messages'], types: ['workflow'] },
  http: { may: ['operations', 'store', 'messages'], types: ['workflow'] },
  cli: { may: ['operations', 'store', 'messages', 'workflow', 'schedule'] },
  workers: { may: ['operations', 'store', 'processes', 'notifiers'] },
  main: 'everything',
  executor: 'everything',
  embedded: 'everything',
  config: { may: [] },
  errors: { may: [] },
  log: { may: [] },
  templates: { may: [] },
};
const leaves = ['config', 'errors', 'log', 'templates'];
const alone = ['workflow', 'schedule', 'guardian'];

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

/** What is wrong with an import, or undefined. Files are given relative to `src`. */
function objection({ from, to, typeOnly }: Import): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  const arrow = `${from} -> ${to}${typeOnly ? ' (type)' : ''}`;
  const row = table[here];
  if (row === undefined) return `${from}: ${here} is not in the table`;
  if (here === there || row === 'everything') return undefined;
  if (leaves.includes(there) && !alone.includes(here)) return undefined;
  if (row.may.includes(there)) return undefined;
  if (typeOnly && row.types?.includes(there)) return undefined;
  return arrow;
}

/** The folder below `src`, or the name of a file that lies in `src` itself; the executable composes as main does. */
function placeOf(file: string): string {
  if (file === path.join('cli', 'kuroko.ts')) return 'main';
  const [first = ''] = file.split(path.sep);
  return path.parse(first).name;
}

/** The relative imports of a source text: static, re-exported, dynamic, and files named by URL. */
function importsOf(from: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(statement)]
    .map((found) => {
      const { clause = '', static: fixed, dynamic } = found.groups ?? {};
      return {
        from,
        to: path.join(path.dirname(from), fixed ?? dynamic ?? ''),
        typeOnly: fixed !== undefined && isTypeOnly(clause),
      };
    })
    .filter(({ to }) => !data.some((folder) => to.startsWith(folder)));
}

/** Outside `src`: read, not imported. */
const data = ['../migrations', '../templates', '../manifests'];

const statement =
  /\b(?:import|export)\b(?<clause>[^;'"()]*?\bfrom)?\s*['"](?<static>\.[^'"]+)['"]|\b(?:import|new URL)\s*\(\s*['"`](?<dynamic>\.[^'"`]+)['"`]/g;

/** `import type ...`, or braces in which every name has its own `type`. */
function isTypeOnly(clause: string): boolean {
  const names = clause.replace(/\bfrom$/, '').trim();
  if (/^type\s+[^,]/.test(names)) return true;
  const inBraces = /^\{(?<list>[^}]*)\}$/.exec(names)?.groups?.['list'];
  return inBraces !== undefined && inBraces.split(',').every((name) => /^\s*(type\s|$)/.test(name));
}

const root = path.resolve(import.meta.dirname, '../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

describe('the source', () => {
  const imports = files.flatMap((file) =>
    importsOf(file, readFileSync(path.join(root, file), 'utf8')),
  );

  it('is found, and with it its imports', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(files.length);
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(20);
  });

  it.each(files)('%s lies in a folder of the table and imports only what that may', (file) => {
    expect(table).toHaveProperty(placeOf(file));
    const wrong = imports.filter(({ from }) => from === file).map((one) => objection(one));
    expect(wrong.filter((one) => one !== undefined)).toEqual([]);
  });
});

describe('the rule', () => {
  const judge = (from: string, line: string): string[] =>
    importsOf(from, line)
      .map((one) => objection(one))
      .filter((one) => one !== undefined);

  it.each([
    ['slack/commands/launch.ts', "import { launch } from '../../operations/launch.ts';"],
    ['slack/app.ts', "import type { Node } from '../workflow/node.ts';"],
    ['slack/app.ts', "import { type Node, type Task } from '../workflow/node.ts';"],
    ['store/tokens.ts', "export type { Token } from '../workflow/token.ts';"],
    ['workers/slot.ts', "import { stop } from '../processes/guardian.ts';"],
    ['http/server.ts', "import { notFound } from '../errors.ts';"],
    ['config.ts', "import { invalid } from './errors.ts';"],
    ['messages/help.ts', "import { render } from '../templates.ts';"],
    ['main.ts', "import { createSlackApp } from './slack/app.ts';"],
    ['cli/kuroko.ts', "await import('../main.ts');"],
    ['embedded/samples.ts', "import { saveDefinition } from '../operations/save-definition.ts';"],
    ['workflow/step.ts', "import { parse } from './parse.ts';"],
    ['workflow/step.ts', "import 'a-package';"],
    ['workflow/step.ts', "/* import { now } from '../store/now.ts'; */"],
  ])('lets pass: %s with %s', (from, line) => {
    expect(judge(from, line)).toEqual([]);
  });

  it.each([
    ['slack/app.ts', "import { page } from '../http/page.ts';"],
    ['slack/app.ts', "import type { Page } from '../http/page.ts';"],
    ['slack/app.ts', "import { step } from '../workflow/step.ts';"],
    ['slack/app.ts', "import { type Node, step } from '../workflow/step.ts';"],
    ['slack/app.ts', "import { deliver } from '../notifiers/slack.ts';"],
    ['slack/app.ts', "export * from '../http/page.ts';"],
    ['slack/app.ts', "await import('../cli/kuroko.ts');"],
    ['slack/app.ts', "new Worker(new URL('../workers/slot.ts', import.meta.url));"],
    ['slack/app.ts', "import\n{ page,\n  other }\nfrom '../http/page.ts';"],
    ['slack/app.ts', "import '../http/page.ts';"],
    ['slack/app.ts', "import { preparePostgres } from '../embedded/postgres.ts';"],
    ['operations/launch.ts', "import { start } from '../main.ts';"],
    ['store/tokens.ts', "import { step } from '../workflow/step.ts';"],
    ['workflow/step.ts', "import type { Row } from '../store/tokens.ts';"],
    ['workflow/step.ts', "import { invalid } from '../errors.ts';"],
    ['guardian/main.ts', "import { createLog } from '../log.ts';"],
    ['processes/guardian.ts', "import { serve } from '../guardian/serve.ts';"],
    ['log.ts', "import { findDefinition } from './store/definitions.ts';"],
    ['cli/session.ts', "import { runningPostgres } from '../embedded/running-postgres.ts';"],
    ['cli/verbs/start.ts', "import { start } from '../../main.ts';"],
    ['helpers/anything.ts', "import { launch } from '../operations/launch.ts';"],
    ['slack/app.ts', "import { launch } from '../helpers/anything.ts';"],
  ])('refuses: %s with %s', (from, line) => {
    expect(judge(from, line)).toHaveLength(1);
  });
});
