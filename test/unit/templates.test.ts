import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates, markup, render } from '../../src/templates.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kuroko-templates-'));
  mkdirSync(path.join(folder, 'slack'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  loadTemplates();
});
const write = (file: string, text: string): void => writeFileSync(path.join(folder, file), text);

describe('wording for Slack', () => {
  it('escapes exactly what Slack decodes', () => {
    write('slack/states.hbs', '{{!-- error --}}\n{{x}} {{{x}}} {{list.[0].y}} {{&x}}\n');
    loadTemplates(folder);
    const x = `<!channel> & "quotes" 'x' \`y\` a=b`;
    const said = `&lt;!channel&gt; &amp; "quotes" 'x' \`y\` a=b`;
    expect(render('slack/states#error', { x, list: [{ y: x }] })).toBe(
      `${said} ${said} ${said} ${said}`,
    );
  });

  it('takes our own markup as it is', () => {
    write('slack/states.hbs', '{{!-- error --}}\n{{who}} {{n}} {{nothing}}{{missing}}|\n');
    loadTemplates(folder);
    const view = { who: markup('<@U0ANN>'), n: 3, nothing: null };
    expect(render('slack/states#error', view)).toBe('<@U0ANN> 3 |');
  });

  it('is data, never a template itself', () => {
    expect(render('slack/answers#late', { sentence: '{{constructor}} {{{x}}}' })).toBe(
      '{{constructor}} {{{x}}}',
    );
  });
});

describe('a folder of one’s own', () => {
  it('replaces part by part and leaves the rest', () => {
    write('slack/run.hbs', '{{!-- title-working --}}\n{{job}} läuft\n');
    loadTemplates(folder);
    expect(render('slack/run#title-working', { job: 'x' })).toBe('x läuft');
    expect(render('slack/run#title-success', { job: 'x' })).toBe('✅ x finished');
    loadTemplates();
    expect(render('slack/run#title-working', { job: 'x' })).toBe('▶️ x is running');
  });

  it('is refused with everything that is wrong with it', () => {
    write('slack/run.hbs', '{{!-- title-working --}}\n{{#if x}}\n{{!-- titel --}}\nx\n');
    write('slack/nonsense.hbs', 'x');
    expect(() => loadTemplates(folder)).toThrow(
      /nonsense.hbs, line 1: there is no text slack\/nonsense to replace.*run.hbs, line 3: a \{\{#...}} is never closed.*run.hbs, line 4: there is no part titel to replace/s,
    );
    expect(() => loadTemplates(path.join(folder, 'nowhere'))).toThrow('does not exist');
    // What was in force stays in force.
    expect(render('slack/run#title-working', { job: 'x' })).toBe('▶️ x is running');
  });
});

it('says so when a text does not exist', () => {
  expect(() => render('slack/run#nothing')).toThrow('there is no template slack/run#nothing');
});
