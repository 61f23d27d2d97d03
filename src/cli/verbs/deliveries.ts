/** `kuroko deliveries`: what was sent to targets besides Slack, and how it went. */
import { notFound } from '../../errors.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import {
  findDelivery,
  listDeliveries,
  type DeliveryDetails,
  type ListedDelivery,
} from '../../store/listed-deliveries.ts';
import { printJson, printLine, printNote, printTable } from '../print.ts';
import { snakeCased } from '../row-json.ts';
import { timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export interface DeliveriesOptions extends Json {
  readonly dead?: true;
  readonly job?: string;
  readonly instance?: number;
  readonly before?: number;
  readonly limit: number;
}

export function deliveriesVerb(
  outside: Outside,
  { json, dead, job, instance, before, limit }: DeliveriesOptions,
): Promise<number> {
  return withSession(outside, async ({ db }) => {
    const definition = job === undefined ? null : await resolveDefinition(db, job);
    const rows = await listDeliveries(db, {
      dead: dead === true,
      limit,
      definitionId: definition?.id ?? null,
      instanceId: instance ?? null,
      before: before ?? null,
    });
    if (json) printJson({ deliveries: rows.map(snakeCased) });
    else if (rows.length === 0) printNote(dead ? 'Nothing was given up.' : 'Nothing was sent.');
    else {
      printDeliveries(rows);
      const last = rows.at(-1);
      if (rows.length === limit && last !== undefined) printNote(`Older ones: --before ${last.id}`);
    }
    return 0;
  });
}

export function printDeliveries(rows: readonly ListedDelivery[]): void {
  printTable(
    [
      'DELIVERY',
      'TARGET',
      'STATE',
      'ATTEMPTS',
      'CREATED',
      'INSTANCE',
      'ENDPOINT',
      'WHAT',
      'REASON',
    ],
    rows.map((row) => [
      String(row.id),
      row.target,
      stateText(row),
      String(row.attempts),
      timeText(row.createdAt),
      row.instanceId === null ? '-' : `#${row.instanceId}`,
      row.endpoint,
      row.subject,
      row.reason ?? '-',
    ]),
  );
}

export function showDeliveryVerb(outside: Outside, id: number, { json }: Json): Promise<number> {
  return withSession(outside, async ({ db }) => {
    const delivery = await findDelivery(db, id);
    if (delivery === null) throw notFound(`There is no delivery ${id}.`);
    if (json) printJson({ ...snakeCased(delivery), log: delivery.log.map(snakeCased) });
    else printDelivery(delivery);
    return 0;
  });
}

function printDelivery(delivery: DeliveryDetails): void {
  const { id, key, target, endpoint, request, reason, log } = delivery;
  printLine(`Delivery ${id} to ${target} ${endpoint}: ${stateText(delivery)}`);
  printLine(`Id: ${key}`);
  if (reason !== null) printLine(`Reason: ${reason}`);
  if (delivery.availableAt !== null) printLine(`Next: ${timeText(delivery.availableAt)}`);
  for (const [name, value] of Object.entries(request.headers)) printLine(`${name}: ${value}`);
  printLine(`Subject: ${request.subject}`);
  printLine();
  printLine(request.body);
  if (log.length === 0) return;
  printLine();
  printTable(
    ['TRIED', 'TOOK', 'STATUS', 'OUTCOME', 'ANSWER'],
    log.map(({ at, milliseconds, status, outcome, reason: why, answer }) => [
      timeText(at),
      `${milliseconds} ms`,
      status === null ? '-' : String(status),
      why ?? outcome,
      answer ?? '-',
    ]),
  );
}

const stateText = ({ state, switchedOff }: ListedDelivery): string =>
  switchedOff ? `${state}, endpoint switched off` : state;
