/** What webhooks, HipChat and the like say of an event: a line, and what more there is to say. */
import { render } from '../templates.ts';
import type { Definition } from '../store/definitions.ts';
import type { Notice } from '../store/outbox.ts';

export interface NoticeText {
  readonly subject: string;
  /** Null: nothing. */
  readonly message: string | null;
}

export function noticeText(
  { event, payload }: Notice,
  { name }: Pick<Definition, 'name'>,
): NoticeText {
  const view = { name, by: payload.by ?? null, message: payload.message };
  const message = render(`texts/notice#${event}-message`, view);
  return {
    subject: render(`texts/notice#${event}`, view),
    message: message === '' ? null : message,
  };
}
