/** Definitions that name where they want things told, though nothing is sent there. */
import { definitionsToldBy } from '../store/definitions.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../store/database.ts';
import type { Finding } from './finding.ts';

export async function checkTargets(
  db: Connection,
  { webhook }: Config['notifiers'],
): Promise<Finding[]> {
  if (webhook !== null) return [];
  const count = (await definitionsToldBy(db)).webhook;
  if (count === 0) return [];
  const which = count === 1 ? 'a definition has' : `${count} definitions have`;
  const message = `${which} a webhook_url, and nothing is sent there: the configuration has no notifiers: webhook`;
  return [{ type: 'warning', about: 'notifiers', message }];
}
