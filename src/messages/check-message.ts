/** Finds in a message or modal whatever Slack would refuse, or would take for more than text. */
import type { Block, Button, Content, InputBlock, Modal, Option, Select } from './blocks.ts';
import { limits } from './limits.ts';

/**
 * One sentence a violation; none for a message that Slack takes as it is meant. `calls`: it may call
 * whoever is in a channel, or a group, as a failure text may.
 */
export function checkMessage(message: Content | Modal, { calls = false } = {}): string[] {
  const found: string[] = [];
  const complain = (complaint: string): void => {
    if (!calls || !aCall.test(complaint)) found.push(complaint);
  };
  if ('type' in message) checkModal(message, complain);
  else {
    checkMrkdwn('text', message.text, limits.messageText, complain);
    atMost('blocks', message.blocks.length, limits.blocksInMessage, complain);
  }
  for (const [index, block] of message.blocks.entries()) {
    checkBlock(`block ${index} (${block.type})`, block, complain);
  }
  const ids = message.blocks.flatMap((block) => (block.type === 'input' ? [block.block_id] : []));
  if (new Set(ids).size < ids.length) complain('two blocks have the same block_id');
  return found;
}

type Complain = (complaint: string) => void;

function checkModal(modal: Modal, complain: Complain): void {
  checkPlain('title', modal.title.text, limits.modalTitle, complain);
  if (modal.submit) checkPlain('submit', modal.submit.text, limits.modalButton, complain);
  if (modal.close) checkPlain('close', modal.close.text, limits.modalButton, complain);
  atMost('private_metadata', modal.private_metadata?.length ?? 0, limits.privateMetadata, complain);
  atMost('blocks', modal.blocks.length, limits.blocksInModal, complain);
  if (modal.submit === undefined && modal.blocks.some(({ type }) => type === 'input')) {
    complain('inputs without a submit button');
  }
}

function checkBlock(where: string, block: Block, complain: Complain): void {
  switch (block.type) {
    case 'header':
      return checkPlain(where, block.text.text, limits.headerText, complain);
    case 'section':
      checkMrkdwn(where, block.text.text, limits.sectionText, complain);
      if (block.accessory) checkButton(where, block.accessory, complain);
      return;
    case 'context':
      if (block.elements.length === 0) complain(`${where}: no elements`);
      atMost(where, block.elements.length, limits.contextElements, complain);
      for (const { text } of block.elements) checkMrkdwn(where, text, limits.contextText, complain);
      return;
    case 'actions': {
      if (block.elements.length === 0) complain(`${where}: no elements`);
      atMost(where, block.elements.length, limits.actionsElements, complain);
      for (const element of block.elements) checkElement(where, element, complain);
      const ids = block.elements.map(({ action_id: id }) => id);
      if (new Set(ids).size < ids.length) complain(`${where}: two elements share an action_id`);
      return;
    }
    case 'divider':
      return;
    case 'input':
      return checkInput(where, block, complain);
  }
}

function checkElement(where: string, element: Button | Select, complain: Complain): void {
  if (element.type === 'button') return checkButton(where, element, complain);
  const name = `${where}, select ${element.action_id}`;
  atMost(`${name}, action_id`, element.action_id.length, limits.actionId, complain);
  checkSelect(name, element, complain);
}

function checkButton(where: string, button: Button, complain: Complain): void {
  const name = `${where}, button ${button.action_id}`;
  atMost(`${name}, action_id`, button.action_id.length, limits.actionId, complain);
  checkPlain(name, button.text.text, limits.buttonText, complain);
  atMost(`${name}, value`, button.value.length, limits.buttonValue, complain);
  if (button.confirm === undefined) return;
  checkPlain(`${name}, confirm title`, button.confirm.title.text, limits.confirmTitle, complain);
  checkPlain(`${name}, confirm text`, button.confirm.text.text, limits.confirmText, complain);
  checkPlain(`${name}, confirm`, button.confirm.confirm.text, limits.confirmButton, complain);
  checkPlain(`${name}, deny`, button.confirm.deny.text, limits.confirmButton, complain);
}

function checkInput(where: string, block: InputBlock, complain: Complain): void {
  atMost(`${where}, block_id`, block.block_id.length, limits.blockId, complain);
  checkPlain(`${where}, label`, block.label.text, limits.inputLabel, complain);
  if (block.hint) checkPlain(`${where}, hint`, block.hint.text, limits.inputHint, complain);
  const { element } = block;
  atMost(`${where}, action_id`, element.action_id.length, limits.actionId, complain);
  if (element.type === 'static_select') return checkSelect(where, element, complain);
  if (element.placeholder) {
    checkPlain(`${where}, placeholder`, element.placeholder.text, limits.placeholder, complain);
  }
  if (element.type === 'plain_text_input') {
    const { initial_value: typed = '', max_length: max = limits.inputText } = element;
    atMost(`${where}, max_length`, max, limits.inputText, complain);
    atMost(`${where}, initial value`, typed.length, max, complain);
  }
}

function checkSelect(where: string, select: Select, complain: Complain): void {
  if (select.placeholder) {
    checkPlain(`${where}, placeholder`, select.placeholder.text, limits.placeholder, complain);
  }
  checkOptions(where, select.options, select.initial_option, complain);
}

function checkOptions(
  where: string,
  options: readonly Option[],
  initial: Option | undefined,
  complain: Complain,
): void {
  if (options.length === 0) complain(`${where}: no options`);
  atMost(`${where}, options`, options.length, limits.options, complain);
  for (const { text, value } of options) {
    checkPlain(`${where}, option`, text.text, limits.optionText, complain);
    atMost(`${where}, option value`, value.length, limits.optionValue, complain);
  }
  const same = ({ text, value }: Option): boolean =>
    value === initial?.value && text.text === initial.text.text;
  if (initial !== undefined && !options.some(same)) {
    complain(`${where}: the initial option is none of the options`);
  }
}

function checkPlain(where: string, text: string, max: number, complain: Complain): void {
  checkText(where, text, max, complain);
  if (/[<>]/.test(text)) complain(`${where}: not escaped`);
}

/** What we may put in angle brackets: our links, people, channels, and moments. */
const ours = [
  /^<https?:\/\/[^\s|<>]+\|[^<>\n]+>$/,
  /^<@[UW][A-Z0-9]{2,20}>$/,
  /^<#[CGD][A-Z0-9]{2,20}>$/,
  /^<!date\^-?\d+\^[\w{} ]+\|[\d:\- ]+UTC>$/,
];

const aCall = /<!(here|channel|everyone|subteam\^S[A-Z0-9]{2,20})> is none of ours$/;

function checkMrkdwn(where: string, text: string, max: number, complain: Complain): void {
  checkText(where, text, max, complain);
  for (const [piece] of text.matchAll(/<[^>]*>?/g)) {
    if (!ours.some((form) => form.test(piece))) complain(`${where}: ${piece} is none of ours`);
  }
  if (/^[^<]*>|>[^<]*>/.test(text.replaceAll(/<[^<>]*>/g, ''))) complain(`${where}: a stray >`);
  if (text.split('```').length % 2 === 0) complain(`${where}: a code block is left open`);
}

function checkText(where: string, text: string, max: number, complain: Complain): void {
  atMost(where, text.length, max, complain);
  if (!/[^\s\p{C}\p{Z}]/u.test(text)) complain(`${where}: nothing to see`);
  if (/&(?!amp;|lt;|gt;)/.test(text)) complain(`${where}: an & that is not escaped`);
  if (/\p{Surrogate}/u.test(text)) complain(`${where}: half a character`);
  // oxlint-disable-next-line no-control-regex -- it is control characters that are looked for
  if (/[\u0000-\u0008\u000B-\u001F\u007F]/.test(text)) complain(`${where}: a control character`);
  if (/[\u202A-\u202E\u2066-\u2069]/.test(text)) complain(`${where}: turns the reading direction`);
}

function atMost(where: string, length: number, max: number, complain: Complain): void {
  if (length > max) complain(`${where}: ${length} is more than ${max}`);
}
