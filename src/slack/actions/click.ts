/** A click on a button of ours, or a choice from a menu, as Slack sends it. */
import { decodeValue, type ButtonValue } from '../../messages/action-ids.ts';
import type { Content } from '../../messages/blocks.ts';
import { askOf, type Ask, type Asked } from '../ask.ts';
import type { Shell } from '../shell.ts';

/** What Slack sends, as far as it is read. */
export interface ClickBody {
  readonly user: { readonly id: string };
  readonly channel?: { readonly id: string; readonly name?: string };
  readonly container?: Readonly<Record<string, unknown>>;
  readonly trigger_id: string;
}

export interface ClickedElement {
  readonly action_id: string;
  readonly action_ts: string;
  readonly value?: string | undefined;
  /** Of a menu. */
  readonly selected_option?: { readonly value?: string | undefined } | null | undefined;
}

export interface Click extends Ask {
  readonly triggerId: string;
  readonly value: ButtonValue | null;
  /** Puts other content where the button was. */
  replace(content: Content): Promise<void>;
}

/** Posts to the click's own `response_url`. */
export type Respond = (message: {
  readonly text: string;
  readonly blocks: Content['blocks'];
  readonly response_type?: 'ephemeral' | 'in_channel';
  readonly replace_original: boolean;
  readonly thread_ts?: string;
}) => Promise<unknown>;

export function clickOf(
  shell: Shell,
  body: ClickBody,
  element: ClickedElement,
  respond: Respond,
): Click {
  const { container = {} } = body;
  const messageTs = text(container['message_ts']);
  const threadTs = text(container['thread_ts']);
  const channel = body.channel?.id ?? text(container['channel_id']) ?? '';
  const { action_id: action, action_ts: at } = element;
  const asked: Asked = {
    userId: body.user.id,
    fromBot: false,
    channel,
    channelName: body.channel?.name ?? null,
    threadTs,
    // The trigger tells two people apart who press in the same instant.
    key: `click:${channel}:${messageTs ?? ''}:${action}:${at}:${body.trigger_id}`,
    triggerId: body.trigger_id,
  };
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  const ask = askOf(shell, asked, ({ text: words, blocks }, to) =>
    respond({
      text: words,
      blocks,
      response_type: to === 'person' ? 'ephemeral' : 'in_channel',
      replace_original: false,
      ...thread,
    }),
  );
  return {
    ...ask,
    triggerId: body.trigger_id,
    value: decodeValue(element.selected_option?.value ?? element.value),
    async replace({ text: words, blocks }) {
      await respond({ text: words, blocks, replace_original: true });
    },
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
