/** HipChat: messages in the room of a definition, over the room notifications of API v2. */
import { hipChatMessage, hipChatText } from '../messages/hipchat-message.ts';
import { noticeText } from '../messages/notice-text.ts';
import { render } from '../templates.ts';
import { forADay } from './pauses.ts';
import { postJson } from './post-json.ts';
import { levels, tellsChat, type Level } from './told-of.ts';
import type { HipChatConfig } from '../config/hipchat.ts';
import type { MailContext } from '../messages/mail-run.ts';
import type { Channel, ParcelRequest, RunHappening } from './channel.ts';

export function createHipChat(
  { apiToken, serverUrl }: HipChatConfig,
  { baseUrl }: Pick<MailContext, 'baseUrl'>,
): Channel {
  return {
    name: 'hipchat',
    pauses: forADay,
    switchesOff: false,
    shownEndpoint: (room) => room,
    endpointsOf: ({ definition }) => roomsOf(definition),
    parcelsOf(happening) {
      if (happening.instance === null) return [];
      const { event, definition } = happening;
      const level = levels[event];
      if (level === null || !tellsChat(happening, definition)) return [];
      const text = noticeText(happening, definition);
      const { subject } = text;
      const message = hipChatMessage(happening, { ...text, level, baseUrl });
      const requests = [notification(subject, message, 'html', level)];
      const failureText = definition.failureText?.trim() ?? '';
      if (isAlarm(level) && failureText !== '') {
        requests.push(notification(subject, hipChatText(subject, failureText), 'text', level));
      }
      return roomsOf(definition).flatMap((endpoint) =>
        requests.map((request) => ({ endpoint, request })),
      );
    },
    test: () => {
      const message = render('texts/notice#test-message');
      return notification(render('texts/notice#test'), message, 'text', 'INFO');
    },
    send: ({ endpoint, request: { body } }, signal) =>
      postJson(
        `${serverUrl}/v2/room/${encodeURIComponent(endpoint)}/notification`,
        {
          body,
          // The server stands in the configuration, and often in the same private network.
          allowPrivate: true,
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiToken}` },
        },
        signal,
      ),
  };
}

/** One at most. */
function roomsOf({ hipchatRoom }: RunHappening['definition']): string[] {
  const room = hipchatRoom?.trim() ?? '';
  return room === '' ? [] : [room];
}

const colours: Readonly<Record<Level, string>> = {
  INFO: 'gray',
  SUCCESS: 'green',
  WARNING: 'yellow',
  FAILURE: 'red',
  CRITICAL: 'red',
};

const isAlarm = (level: Level): boolean => level === 'FAILURE' || level === 'CRITICAL';

/** As text, HipChat itself finds the people that are named in it. */
function notification(
  subject: string,
  message: string,
  format: 'html' | 'text',
  level: Level,
): ParcelRequest {
  const body = JSON.stringify({
    from: 'kuroko2',
    message,
    message_format: format,
    color: colours[level],
    notify: isAlarm(level),
  });
  return { subject, body, headers: {} };
}
