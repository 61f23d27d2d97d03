/** The store as the Slack notifier wants it. */
import { showRun } from '../operations/show.ts';
import { insertRefresh } from '../store/outbox.ts';
import { readOutputTail } from '../store/output.ts';
import { readRun } from '../store/run.ts';
import {
  firstPrevented,
  insertSlackMessage,
  noteSlackEdit,
  noteSlackGone,
  otherWaits,
  quietFailure,
  repeatsOf,
  shownOfCause,
  slackMessagesOf,
} from '../store/slack-messages.ts';
import { slackIdsByName } from '../store/users.ts';
import type { SlackBooks } from '../notifiers/slack-telling.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';

/** Of twenty lines: what is longer is cut for Slack anyway. */
const tailBytes = 8_192;

export function slackBooks(db: Database, facts: EngineFacts): SlackBooks {
  return {
    async readRun(instanceId) {
      const run = await readRun(db, instanceId);
      return run === null ? null : showRun(run, facts);
    },
    messagesOf: (instanceId) => slackMessagesOf(db, instanceId),
    async readTail(executionId) {
      const chunks = await readOutputTail(db, executionId, tailBytes);
      return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
    },
    insertMessage: (message) => insertSlackMessage(db, message),
    noteEdit: (id, digest) => noteSlackEdit(db, id, digest),
    noteGone: (id) => noteSlackGone(db, id),
    shownOf: (cause, wanted) => shownOfCause(db, cause, wanted),
    repeatsOf: (messageId) => repeatsOf(db, messageId),
    firstPrevented: (by) => firstPrevented(db, by),
    quietFailure: (instance, wanted) => quietFailure(db, instance, wanted),
    otherWaits: (messageIds, instanceId) => otherWaits(db, messageIds, instanceId),
    idsOf: (names) => slackIdsByName(db, names),
    refresh: (instanceId) => insertRefresh(db, instanceId),
  };
}
