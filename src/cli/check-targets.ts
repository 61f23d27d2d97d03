/** Definitions that name where they want things told, though nothing is sent there. */
import { definitionsToldBy } from '../store/definitions.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../store/database.ts';
import type { Finding } from './finding.ts';

export async function checkTargets(
  db: Connection,
  notifiers: Config['notifiers'],
): Promise<Finding[]> {
  const told = await definitionsToldBy(db);
  return [
    ...(notifiers.webhook === null ? unsent(told.webhook, 'webhook_url', 'webhook') : []),
    ...(notifiers.hipchat === null ? unsent(told.hipchat, 'hipchat_room', 'hipchat') : []),
  ];
}

function unsent(count: number, field: string, section: string): Finding[] {
  if (count === 0) return [];
  const which = count === 1 ? 'a definition has' : `${count} definitions have`;
  const message = `${which} a ${field}, and nothing is sent there: the configuration has no notifiers: ${section}`;
  return [{ type: 'warning', about: 'notifiers', message }];
}
