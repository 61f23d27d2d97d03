/** Whether the HipChat server answers; whether it takes our token shows with the first message. */
import type { HipChatConfig } from '../config/hipchat.ts';
import type { Finding } from './finding.ts';

const deadlineMs = 10_000;
const about = 'hipchat';

/** Nothing where HipChat is off. */
export async function checkHipChat(hipChat: HipChatConfig | null): Promise<Finding[]> {
  if (hipChat === null) return [];
  const { serverUrl } = hipChat;
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    // The one question of its API that needs no token.
    const { status } = await fetch(`${serverUrl}/v2/capabilities`, { signal });
    if (status < 500) return [{ type: 'ok', about, message: `${serverUrl} answers` }];
    return [{ type: 'problem', about, message: `${serverUrl} answers with HTTP ${status}` }];
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    const reason = cause?.message ?? message;
    return [{ type: 'problem', about, message: `${serverUrl} cannot be reached (${reason})` }];
  }
}
