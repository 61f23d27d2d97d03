/** A page of what was sent to other targets than Slack, and what came of a test. */
import { render, type Markup } from '../templates.ts';
import { actionIds, type ButtonValue } from './action-ids.ts';
import { section, type Block, type Button, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code, line } from './fit.ts';
import { jobName, moment } from './phrases.ts';
import type { ListedDelivery } from '../store/listed-deliveries.ts';

/** Two blocks each. */
export const deliveriesPageSize = 10;

export interface DeliveriesPage {
  readonly instanceId: number | null;
  /** Null: of all jobs. */
  readonly definition: { readonly id: number; readonly name: string } | null;
  /** Only what was given up. */
  readonly dead: boolean;
  /** Of this page, the newest first. */
  readonly deliveries: readonly ListedDelivery[];
  /** It begins with the newest. */
  readonly newest: boolean;
  /** There are older ones. */
  readonly more: boolean;
  /** Who reads may test endpoints and switch them on. */
  readonly mayAdminister: boolean;
}

export function deliveriesMessage(page: DeliveriesPage): Content {
  const { instanceId, definition, dead, deliveries, newest, mayAdminister } = page;
  const part = deliveries.length > 0 ? 'title' : newest ? 'none' : 'none-older';
  const job = definition === null ? null : jobName(definition.name);
  const title = render(`slack/deliveries#${part}`, { job, run: instanceId, dead });
  return {
    text: title,
    blocks: [
      section(title),
      ...deliveries
        .slice(0, deliveriesPageSize)
        .flatMap((delivery) => [section(rowText(delivery)), ...deeds(delivery, mayAdminister)]),
      ...otherTimes(page),
    ],
  };
}

function rowText(delivery: ListedDelivery): string {
  const { state, attempts, reason, availableAt, endedAt, instanceId, switchedOff } = delivery;
  return render(`slack/deliveries#${state}`, {
    ...goal(delivery),
    what: line(delivery.subject, 200),
    run: instanceId,
    attempts,
    once: attempts === 1,
    never: attempts === 0,
    reason: reason === null ? null : line(reason, 300),
    at: endedAt === null ? null : moment(endedAt),
    next: availableAt === null ? null : moment(availableAt),
    switchedOff,
  });
}

const goal = ({ target, endpoint }: ListedDelivery): { target: string; endpoint: Markup } => ({
  target: line(target, 40),
  endpoint: code(endpoint, 300),
});

/** What can be done about one that was given up. */
function deeds({ id: deliveryId, state, switchedOff }: ListedDelivery, operator: boolean): Block[] {
  if (state !== 'dead') return [];
  const value: ButtonValue = { type: 'delivery', deliveryId };
  const elements: Button[] = [
    ...(switchedOff ? [] : [button(actionIds.sendAgain, value)]),
    ...(operator ? [button(actionIds.testEndpoint, value)] : []),
    ...(operator && switchedOff ? [button(actionIds.switchOn, value)] : []),
  ];
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

/** By the last row that is shown: what is sent meanwhile moves no page. */
function otherTimes({ instanceId, definition, dead, deliveries, newest, more }: DeliveriesPage) {
  const from = (before: number | null): ButtonValue => ({
    type: 'deliveries',
    instanceId,
    definitionId: definition?.id ?? null,
    dead,
    before,
  });
  const last = deliveries.at(-1);
  const elements = [
    ...(newest ? [] : [button(actionIds.newestDeliveries, from(null))]),
    ...(more && last !== undefined ? [button(actionIds.olderDeliveries, from(last.id))] : []),
  ];
  return elements.length === 0 ? [] : [{ type: 'actions' as const, elements }];
}

/** For everybody to see: who has it sent again, or switched its endpoint on. */
export const deliveryDeed = (
  deed: 'send_again' | 'switch_on',
  delivery: ListedDelivery,
  who: Markup,
): Content => said(`did-${deed}`, { ...goal(delivery), what: line(delivery.subject, 200), who });

/** What came of a test; null while nobody has tried it. */
export function testOutcome(tried: ListedDelivery | null): Content {
  if (tried === null) return said('test-nobody', {});
  const reason = tried.reason === null ? null : line(tried.reason, 300);
  return said(`test-${tried.state}`, { ...goal(tried), reason });
}

function said(part: string, view: Readonly<Record<string, unknown>>): Content {
  const text = render(`slack/deliveries#${part}`, view);
  return { text, blocks: [section(text)] };
}
