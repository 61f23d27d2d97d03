/** The verbs about hosts: who runs commands, what runs and what was run. */
import { moment, positive, queueName } from './arguments.ts';
import { json, type Json } from './json-option.ts';
import type { Command } from 'commander';
import type { Outside } from './outside.ts';
import type { Run } from './run-verb.ts';
import type { RestartOptions } from './verbs/restart.ts';
import type { HistoryOptions } from './verbs/history.ts';

export function addHostVerbs(program: Command, outside: Outside, run: Run): void {
  const verb = (usage: string, description: string): Command =>
    program.command(usage).description(description);
  verb('executions', 'shows what runs now, and what waits for a worker')
    .option('--limit <n>', 'this many that wait at most', positive, 100)
    .option(...json)
    .action(
      run(async (o: Json & { limit: number }) =>
        (await import('./verbs/executions.ts')).executionsVerb(outside, o),
      ),
    );
  verb('history [job]', 'shows what has been run, the last to end first')
    .option('--since <time>', 'ended then or later: 2026-01-31T12:00, or 30m, 2h, 7d ago', moment)
    .option('--before <execution>', 'go on after this one', positive)
    .option('--limit <n>', 'this many at most', positive, 50)
    .option(...json)
    .action(
      run(async (job: string | undefined, o: HistoryOptions) =>
        (await import('./verbs/history.ts')).historyVerb(outside, job, o),
      ),
    );
  verb('restart', 'starts an executor, or the whole of Kuroko, again in its place')
    .argument('[host[:queue]]', 'whose process is meant, when there are several')
    .option('--queue <name>', 'the executor of this queue, when the host has several', queueName)
    .option('--hand-over', 'running commands go on, and the next process takes them over')
    .option('--wait', 'takes nothing new, and restarts when the running commands have ended')
    .option('--stop', 'stops the running commands first')
    .option('--yes', 'asks nothing: hands over, unless told otherwise')
    .option(...json)
    .action(
      run(async (host: string | undefined, o: RestartOptions) =>
        (await import('./verbs/restart.ts')).restartVerb(outside, host, o),
      ),
    );
  const workers = verb('workers', 'shows every host with its workers, and what each of them does')
    .option('--limit <n>', 'this many executors at most', positive, 200)
    .option(...json)
    .action(
      run(async (o: Json & { limit: number }) =>
        (await import('./verbs/workers.ts')).workersVerb(outside, o),
      ),
    );
  workers
    .command('suspend <host[:queue]>')
    .description('lets a worker finish what it runs, and take nothing new')
    .argument(...workerNumber)
    .option(...json)
    .action(
      run(async (place: string, number: number, o: Json) =>
        (await import('./verbs/suspend-worker.ts')).suspendWorkerVerb(outside, place, number, o),
      ),
    );
  workers
    .command('resume <host[:queue]>')
    .description('lets a worker take work again')
    .argument(...workerNumber)
    .option(...json)
    .action(
      run(async (place: string, number: number, o: Json) =>
        (await import('./verbs/suspend-worker.ts')).resumeWorkerVerb(outside, place, number, o),
      ),
    );
  workers
    .command('drain <host>')
    .description('lets a host finish what it runs, and take nothing new; an executor then ends')
    .option('--queue <name>', 'the executor of this queue, when the host has several', queueName)
    .option(...json)
    .action(
      run(async (host: string, o: Json & { queue?: string }) =>
        (await import('./verbs/drain-executor.ts')).drainExecutorVerb(outside, host, o),
      ),
    );
  workers
    .command('undrain <host>')
    .description('lets a host take work again')
    .option('--queue <name>', 'the executor of this queue, when the host has several', queueName)
    .option(...json)
    .action(
      run(async (host: string, o: Json & { queue?: string }) =>
        (await import('./verbs/drain-executor.ts')).undrainExecutorVerb(outside, host, o),
      ),
    );
}

const workerNumber = ['<number>', 'number of a worker', positive] as const;
