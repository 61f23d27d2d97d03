/** Whether Slack has been told everything, as far as the database knows. */
import { givenUpBySlack, waitingForSlack } from '../store/untold.ts';
import { timeText } from './row-text.ts';
import type { Connection } from '../store/database.ts';
import type { Finding } from './finding.ts';

export async function checkUntold(db: Connection): Promise<Finding[]> {
  const [waiting, givenUp] = await Promise.all([waitingForSlack(db), givenUpBySlack(db)]);
  return [
    ...(waiting === null
      ? []
      : [problem(`${waiting.count} wait since ${timeText(waiting.since)}: ${waiting.reason}`)]),
    ...givenUp.map(({ count, lastAt, reason }) =>
      problem(`${count} given up, the last ${timeText(lastAt)}: ${reason}`),
    ),
  ];
}

const problem = (message: string): Finding => ({
  type: 'problem',
  about: 'messages to Slack',
  message,
});
