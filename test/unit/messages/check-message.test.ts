import { expect, it } from 'vitest';
import { context, mrkdwn, plain, section, type Block } from '../../../src/messages/blocks.ts';
import { checkMessage } from '../../../src/messages/check-message.ts';

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const button = (fields: object): Block => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'x', text: plain('Go'), value: 'none', ...fields }],
});
const ask = {
  title: plain('Sure?'),
  text: plain('Really?'),
  confirm: plain('Go'),
  deny: plain('No'),
};

it('finds nothing wrong with a message as it should be', () => {
  const text = 'done by <@U0ANN> at <!date^1^{time}|1970-01-01 00:00 UTC> &lt;3';
  const blocks = [
    section(text),
    section('<https://x.example/a?b=1&amp;c|#12>'),
    button({ confirm: ask }),
  ];
  expect(checkMessage({ text, blocks })).toEqual([]);
});

it.each<[string, Block]>([
  ['3001 is more than 3000', section('x'.repeat(3_001))],
  ['nothing to see', section(' \u200B')],
  ['<!channel> is none of ours', section('hey <!channel>')],
  ['none of ours', section('<javascript:alert(1)|x>')],
  ['none of ours', section('<https://x|y')],
  ['an & that is not escaped', section('&quot;')],
  ['a stray >', section('a > b')],
  ['a code block is left open', section('```x')],
  ['half a character', section('\uD83D')],
  ['a control character', section('a\u0000')],
  ['turns the reading direction', section('\u202Ex')],
  ['11 is more than 10', context(...Array<string>(11).fill('x'))],
  ['no elements', { type: 'context', elements: [] }],
  ['no elements', { type: 'actions', elements: [] }],
  ['76 is more than 75', button({ text: plain('x'.repeat(76)) })],
  ['not escaped', button({ text: plain('<b>') })],
  ['2001 is more than 2000', button({ value: 'x'.repeat(2_001) })],
  ['256 is more than 255', button({ action_id: 'x'.repeat(256) })],
  ['301 is more than 300', button({ confirm: { ...ask, text: plain('x'.repeat(301)) } })],
  ['101 is more than 100', button({ confirm: { ...ask, title: plain('x'.repeat(101)) } })],
  ['31 is more than 30', button({ confirm: { ...ask, deny: plain('x'.repeat(31)) } })],
  ['151 is more than 150', { type: 'header', text: plain('x'.repeat(151)) }],
  [
    'two elements share an action_id',
    {
      type: 'actions',
      elements: times(2, { type: 'button', action_id: 'x', text: plain('Go'), value: '1' }),
    },
  ],
  [
    '26 is more than 25',
    {
      type: 'actions',
      elements: times(26, { type: 'button', action_id: 'x', text: plain('Go'), value: '1' }),
    },
  ],
])('complains: %s', (complaint, block) => {
  expect(checkMessage({ text: 'x', blocks: [block] }).join()).toContain(complaint);
});

it('complains of a message that is too long in words or in blocks', () => {
  expect(checkMessage({ text: 'x'.repeat(4_001), blocks: [] }).join()).toContain('4001');
  expect(checkMessage({ text: 'x', blocks: times<Block>(51, section('x')) }).join()).toContain(
    '51 is more than 50',
  );
});

it('complains of a modal that Slack would not open', () => {
  const option = (value: string) => ({ text: plain('x'), value });
  const input = (options: ReturnType<typeof option>[], initial = option('0')): Block => ({
    type: 'input',
    block_id: 'job',
    label: plain('Job'),
    element: { type: 'static_select', action_id: 'a', options, initial_option: initial },
  });
  const modal = { type: 'modal', callback_id: 'launch', title: plain('x') } as const;
  const submit = plain('Launch');
  const of = (fields: object, blocks: Block[]) =>
    checkMessage({ ...modal, submit, ...fields, blocks }).join();
  expect(of({}, [input([option('0')])])).toBe('');
  expect(of({ submit: undefined }, [input([option('0')])])).toContain('without a submit');
  expect(of({ title: plain('x'.repeat(25)) }, [])).toContain('25 is more than 24');
  expect(of({ private_metadata: 'x'.repeat(3_001) }, [])).toContain('3001');
  expect(of({}, [input(Array.from({ length: 101 }, (_, n) => option(String(n))))])).toContain(
    '101',
  );
  expect(of({}, [input([])])).toContain('no options');
  expect(of({}, [input([option('1')])])).toContain('none of the options');
  expect(of({}, [input([option('0')]), input([option('0')])])).toContain('same block_id');
  expect(of({}, times<Block>(101, { type: 'divider' }))).toContain('101');
  const typed = {
    type: 'plain_text_input',
    action_id: 'a',
    initial_value: 'x'.repeat(3_001),
  } as const;
  const text: Block = { type: 'input', block_id: 'env', label: plain('Env'), element: typed };
  expect(of({}, [text])).toContain('3001');
  expect(checkMessage({ text: mrkdwn('x').text, blocks: [] })).toEqual([]);
});
