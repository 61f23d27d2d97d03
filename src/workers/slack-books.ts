/** The store as the Slack notifier wants it. */
import { readOutputTail } from '../store/output.ts';
import { readRun } from '../store/run.ts';
import {
  insertSlackMessage,
  noteSlackEdit,
  noteSlackGone,
  slackMessagesOf,
} from '../store/slack-messages.ts';
import type { SlackBooks } from '../notifiers/slack.ts';
import type { Database } from '../store/database.ts';

/** Of twenty lines: what is longer is cut for Slack anyway. */
const tailBytes = 8_192;

export function slackBooks(db: Database): SlackBooks {
  return {
    readRun: (instanceId) => readRun(db, instanceId),
    messagesOf: (instanceId) => slackMessagesOf(db, instanceId),
    async readTail(executionId) {
      const chunks = await readOutputTail(db, executionId, tailBytes);
      return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
    },
    insertMessage: (message) => insertSlackMessage(db, message),
    noteEdit: (id, digest) => noteSlackEdit(db, id, digest),
    noteGone: (id) => noteSlackGone(db, id),
  };
}
