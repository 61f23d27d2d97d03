import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noticeText } from '../../src/messages/notice-text.ts';
import { checkTemplates, loadTemplates, markup, render } from '../../src/templates.ts';

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

describe('the check', () => {
  it('fills in every text of ours', () => {
    const { texts, problems, doubts } = checkTemplates(null);
    expect(texts).toBeGreaterThan(300);
    expect([problems, doubts]).toEqual([[], []]);
  });

  it.each([
    ['{{#if job}}x', 'a {{#...}} is never closed'],
    ['{{#if job}}x{{/each}}', '{{#if}} is closed by {{/each}}'],
    ['{{job', 'what stands between {{ and }} cannot be read'],
    ['{{upper job}}', 'there is no helper upper'],
    ['{{#when job}}x{{/when}}', 'there is no helper when'],
    ['{{> layout}}', '{{> ...}} and {{* ...}} cannot be used here'],
    ['{{#if}}x{{/if}}', '#if requires exactly one argument'],
  ])('refuses %s: %s', (text, problem) => {
    write(
      'slack/run.hbs',
      `Ours.\n{{!-- title-success --}}\nfine\n{{!-- title-working --}}\n\n${text}\n`,
    );
    const { problems } = checkTemplates(folder);
    const line = problem.startsWith('#if') || problem.includes('never closed') ? '\\d' : '6';
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${folder}/slack/run.hbs, line ${line}: `));
    expect(problems[0]).toContain(problem);
  });

  it('doubts names that the text of ours does not have, and uses it all the same', () => {
    write(
      'slack/run.hbs',
      '{{!-- title-working --}}\n{{jobb}} {{#each jobb}}{{@index}}{{this}}{{/each}} {{job}}\n',
    );
    expect(checkTemplates(folder)).toMatchObject({
      problems: [],
      doubts: [
        `${folder}/slack/run.hbs, line 2: {{jobb}} may be empty: the text that this replaces names {{job}}`,
        `${folder}/slack/run.hbs, line 2: {{jobb}} may be empty: the text that this replaces names {{job}}`,
      ],
    });
    loadTemplates(folder);
    expect(render('slack/run#title-working', { job: 'x' })).toBe('x');
  });

  it('takes for given what the comment of a file says that all of its texts are given', () => {
    mkdirSync(path.join(folder, 'texts'));
    write('texts/notice.hbs', '{{!-- launch-message --}}\n{{by}} hat {{name}} gestartet \n');
    expect(checkTemplates(folder)).toMatchObject({ problems: [], doubts: [] });
    loadTemplates(folder);
    const notice = { event: 'launch', payload: { message: null, by: 'ann' } } as const;
    expect(noticeText(notice, { name: 'x' }).message).toBe('ann hat x gestartet');
    loadTemplates();
    expect(noticeText(notice, { name: 'x' })).toEqual({ subject: "Launched 'x'", message: null });
  });

  it('tells of files that can replace nothing, but not of hidden ones', () => {
    mkdirSync(path.join(folder, '.git'));
    write('.git/config', 'x');
    write('slack/run.txt', 'x');
    write('slack/run.hbs', 'x');
    expect(checkTemplates(folder).problems).toEqual([
      `${folder}/slack/run.txt: only .hbs files can replace a text`,
      `${folder}/slack/run.hbs, line 1: it has no parts: each begins with a line such as {{!-- title-working --}}`,
    ]);
  });
});

it('says so when a text does not exist', () => {
  expect(() => render('slack/run#nothing')).toThrow('there is no template slack/run#nothing');
});
