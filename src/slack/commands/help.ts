/** `help`: what Kuroko understands. */
import { helpMessage } from '../../messages/help-message.ts';
import type { Ask } from '../ask.ts';

export async function help(ask: Ask): Promise<void> {
  await ask.answer(helpMessage());
}
