/** The part of Slack's Block Kit that we send: what the local Slack renders, too. */

/** A message: `text` is what notifications and screen readers give, `blocks` what is seen. */
export interface Content {
  readonly text: string;
  readonly blocks: Block[];
}

/** A modal, as `views.open` and `views.update` take it. */
export interface Modal {
  readonly type: 'modal';
  readonly callback_id: string;
  readonly title: PlainText;
  readonly submit?: PlainText;
  readonly close?: PlainText;
  readonly private_metadata?: string;
  readonly blocks: Block[];
}

export type Block =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text: Mrkdwn; accessory?: Button }
  | { type: 'context'; elements: Mrkdwn[] }
  | { type: 'actions'; elements: (Button | Select)[] }
  | { type: 'divider' }
  | InputBlock;

export interface InputBlock {
  type: 'input';
  /** Problems at a field are answered under this name. */
  block_id: string;
  /** Told at once when it changes, not only with the submit. */
  dispatch_action?: true;
  label: PlainText;
  hint?: PlainText;
  optional?: boolean;
  element: TextInput | Select | ChannelSelect;
}

export interface TextInput {
  type: 'plain_text_input';
  action_id: string;
  multiline?: boolean;
  initial_value?: string;
  max_length?: number;
  placeholder?: PlainText;
}

export interface Select {
  type: 'static_select';
  action_id: string;
  options: Option[];
  initial_option?: Option;
  placeholder?: PlainText;
}

export interface ChannelSelect {
  type: 'conversations_select';
  action_id: string;
  initial_conversation?: string;
  placeholder?: PlainText;
}

export interface Option {
  text: PlainText;
  value: string;
}

export interface Button {
  type: 'button';
  action_id: string;
  text: PlainText;
  value: string;
  style?: 'primary' | 'danger';
  confirm?: Confirm;
}

export interface Confirm {
  title: PlainText;
  text: PlainText;
  confirm: PlainText;
  deny: PlainText;
  style?: 'primary' | 'danger';
}

export interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: true;
}

/** `verbatim`: what looks like a link, a channel or a mention in plain words stays plain words. */
export interface Mrkdwn {
  type: 'mrkdwn';
  text: string;
  verbatim: true;
}

export const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: true });

export const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', text, verbatim: true });

export const section = (text: string, accessory?: Button): Block => ({
  type: 'section',
  text: mrkdwn(text),
  ...(accessory !== undefined && { accessory }),
});

export const context = (...texts: readonly string[]): Block => ({
  type: 'context',
  elements: texts.map((text) => mrkdwn(text)),
});
