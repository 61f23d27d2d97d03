/** Whether Slack has been told everything, as far as the database knows. */
import { givenUpBySlack, waitingForSlack } from '../store/untold.ts';
import { timeText } from './row-text.ts';
import type { Connection } from '../store/database.ts';
import type { Finding } from './finding.ts';

export async function checkUntold(db: Connection): Promise<Finding[]> {
  const [waiting, givenUp] = await Promise.all([waitingForSlack(db), givenUpBySlack(db)]);
  const now =
    waiting === null
      ? []
      : [
          finding(
            'problem',
            `${waiting.count} wait since ${timeText(waiting.since)}: ${waiting.reason}`,
          ),
        ];
  // What is over needs nobody's hand: it is said, and the check does not fail for it.
  const before = givenUp.map(({ count, lastAt, reason }) =>
    finding('warning', `${count} given up, the last ${timeText(lastAt)}: ${reason}`),
  );
  return [...now, ...before];
}

const finding = (type: Finding['type'], message: string): Finding => ({
  type,
  about: 'messages to Slack',
  message,
});
