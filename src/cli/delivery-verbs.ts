/** The verbs about what is sent to other targets than Slack. */
import { instanceId, positive } from './arguments.ts';
import { json, type Json } from './json-option.ts';
import type { Command } from 'commander';
import type { Outside } from './outside.ts';
import type { Run } from './run-verb.ts';
import type { DeliveriesOptions } from './verbs/deliveries.ts';

export function addDeliveryVerbs(program: Command, outside: Outside, run: Run): void {
  const deliveries = program
    .command('deliveries')
    .description('shows what was sent to webhooks and other targets, the newest first')
    .option('--dead', 'only what was given up')
    .option('--job <job>', 'only of this job')
    .option('--instance <instance>', 'only of this instance', instanceId)
    .option('--before <delivery>', 'go on after this one', positive)
    .option('--limit <n>', 'this many at most', positive, 50)
    .option(...json)
    .action(
      run(async (o: DeliveriesOptions) =>
        (await import('./verbs/deliveries.ts')).deliveriesVerb(outside, o),
      ),
    );
  deliveries
    .command('show')
    .description('shows what is sent, and how it went each time')
    .argument(...delivery)
    .option(...json)
    .action(
      run(async (id: number, o: Json) =>
        (await import('./verbs/deliveries.ts')).showDeliveryVerb(outside, id, o),
      ),
    );
  deliveries
    .command('send-again')
    .description('sends one that is over again, the same as before')
    .argument(...delivery)
    .action(
      run(async (id: number) =>
        (await import('./verbs/operate-delivery.ts')).sendAgainVerb(outside, id),
      ),
    );
  deliveries
    .command('switch-on')
    .description('sends to the endpoint of a delivery again, after it was switched off')
    .argument(...delivery)
    .action(
      run(async (id: number) =>
        (await import('./verbs/operate-delivery.ts')).switchOnVerb(outside, id),
      ),
    );
  deliveries
    .command('test <target> <endpoint-or-job>')
    .description('sends something to an endpoint, or to that of a job, and says what came of it')
    .option(...json)
    .action(
      run(async (target: string, to: string, o: Json) =>
        (await import('./verbs/operate-delivery.ts')).testVerb(outside, target, to, o),
      ),
    );
}

const delivery = ['<delivery>', 'number of a delivery', positive] as const;
