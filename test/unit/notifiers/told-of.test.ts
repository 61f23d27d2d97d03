import { expect, it } from 'vitest';
import { tellsByMail, tellsChat } from '../../../src/notifiers/told-of.ts';
import type { Notice, NoticeEvent } from '../../../src/store/outbox.ts';

const waits = (workers: 'busy' | 'none', first: boolean) => ({
  message: null,
  unstarted: { queue: 'batch', workers, first },
});
const by = { message: null, by: 'ann' };
const combinations = [
  { notifyAllEvents: true, notifyCancellation: true },
  { notifyAllEvents: true, notifyCancellation: false },
  { notifyAllEvents: false, notifyCancellation: true },
  { notifyAllEvents: false, notifyCancellation: false },
];

/** Chats, then mail; with "all events" and "when cancelled", with the first, the second, neither. */
const table: readonly [NoticeEvent, Notice['payload'], string, string][] = [
  ['launch', by, 'yes yes no no', 'nobody nobody nobody nobody'],
  ['retrying', by, 'yes yes no no', 'nobody nobody nobody nobody'],
  ['skipping', by, 'yes yes no no', 'nobody nobody nobody nobody'],
  ['skipping', { message: null }, 'yes yes yes yes', 'nobody nobody nobody nobody'],
  ['finished', by, 'yes yes no no', 'nobody nobody nobody nobody'],
  ['cancellation', by, 'yes yes no no', 'admins nobody nobody nobody'],
  ['cancellation', { ...by, bySystem: true }, 'yes no yes no', 'admins nobody admins nobody'],
  ['failure', by, 'yes yes yes yes', 'admins admins admins admins'],
  ['critical', by, 'yes yes yes yes', 'admins admins admins admins'],
  ['back_to_normal', by, 'yes yes yes yes', 'nobody nobody nobody nobody'],
  ['long_elapsed_time', by, 'yes yes yes yes', 'admins admins admins admins'],
  ['reminder', by, 'no no no no', 'admins admins admins admins'],
  ['unstarted', waits('none', true), 'no no no no', 'mail_to mail_to mail_to mail_to'],
  ['unstarted', waits('none', false), 'no no no no', 'nobody nobody nobody nobody'],
  ['unstarted', waits('busy', true), 'no no no no', 'nobody nobody nobody nobody'],
  ['backlog', waits('none', false), 'no no no no', 'mail_to mail_to mail_to mail_to'],
  ['backlog', waits('busy', false), 'no no no no', 'nobody nobody nobody nobody'],
  ['refresh', by, 'no no no no', 'nobody nobody nobody nobody'],
];

it.each(table)('of %s %j: chats %s, mail to %s', (event, payload, chats, mail) => {
  const notice = { event, payload };
  const chat = combinations.map((options) => (tellsChat(notice, options) ? 'yes' : 'no'));
  expect(chat.join(' ')).toBe(chats);
  expect(combinations.map((options) => tellsByMail(notice, options)).join(' ')).toBe(mail);
});
