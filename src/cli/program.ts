/** Every verb with its arguments. A verb's own file is loaded when somebody asks for it. */
import { Command } from 'commander';
import { collect, instanceId, positive, queueName } from './arguments.ts';
import { addDeliveryVerbs } from './delivery-verbs.ts';
import { addHostVerbs } from './host-verbs.ts';
import { json, type Json } from './json-option.ts';
import { addOutsideVerbs } from './outside-verbs.ts';
import { runVerb } from './run-verb.ts';
import { addScheduleVerbs } from './schedule-verbs.ts';
import type { LaunchFlags } from './verbs/launch.ts';
import type { RetryOptions } from './verbs/retry.ts';
import type { ExecutorFlags, Outside, RestartFlags } from './outside.ts';

/** `done` is told the exit code of the verb. Throws CommanderError when it is used wrongly. */
export function createProgram(outside: Outside, done: (code: number) => void): Command {
  const program = new Command('kuroko')
    .description('A chat-ops job scheduler and workflow engine that lives in Slack.')
    .showHelpAfterError('(kuroko help shows how it is used)')
    .enablePositionalOptions()
    .exitOverride();
  const verb = (usage: string, description: string): Command =>
    program.command(usage).description(description);
  const run = runVerb(done);

  verb('start', 'runs everything: HTTP, Slack, workflow, executors, notifier')
    .option(...leave)
    .option(...dryRun)
    .action(
      run(async (o: RestartFlags) => (await import('./verbs/start.ts')).startVerb(outside, o)),
    );
  verb('executor', 'runs the commands of one queue, on any host that reaches the database')
    .option('--queue <name>', 'the queue it serves (QUEUE, else @default)', queueName)
    .option('--workers <n>', 'commands at a time (NUM_WORKERS, else 4)', positive)
    .option(...leave)
    .option(...dryRun)
    .action(
      run(async (o: ExecutorFlags & RestartFlags) =>
        (await import('./verbs/executor.ts')).executorVerb(outside, o),
      ),
    );
  verb('check', 'looks over configuration, connections, templates and Slack scopes')
    .option(...json)
    .action(run(async (o: Json) => (await import('./verbs/check.ts')).checkVerb(outside, o)));
  verb('migrate', 'brings the schema of the database up to date')
    .option('--status', 'only say what is applied and what is not')
    .option('--rollback', 'take the last migrations back')
    .option(...json)
    .action(
      run(async (o: Json & { status?: true; rollback?: true }) =>
        (await import('./verbs/migrate.ts')).migrateVerb(outside, o),
      ),
    );
  verb('lint <file...>', 'checks scripts, or the scripts of definition files; - reads from stdin')
    .option('--strict', 'exit 1 for warnings, too')
    .option('--json', 'one JSON document a line')
    .action(
      run(async (files: string[], o: Json & { strict?: true }) =>
        (await import('./verbs/lint.ts')).lintVerb(files, o),
      ),
    );
  verb('apply <file...>', 'creates and changes definitions as their YAML files say, all or none')
    .option('--dry-run', 'only say what would change')
    .option(...json)
    .action(
      run(async (files: string[], o: Json & { dryRun?: true }) =>
        (await import('./verbs/apply.ts')).applyVerb(outside, files, o),
      ),
    );
  verb('list [words...]', 'lists definitions that contain all the words')
    .option('--tag <tag>', 'only with this tag; may be given several times', collect, [])
    .option('--limit <n>', 'this many at most', positive, 100)
    .option(...json)
    .action(
      run(async (words: string[], o: Json & { tag: string[]; limit: number }) =>
        (await import('./verbs/list.ts')).listVerb(outside, words, o),
      ),
    );
  verb('show <job>', 'shows a definition and its newest instances')
    .option(...json)
    .action(
      run(async (job: string, o: Json) =>
        (await import('./verbs/show.ts')).showVerb(outside, job, o),
      ),
    );
  verb(
    'launch <job> [pairs...]',
    'launches a job, with K=V added to the environment of its commands',
  )
    .option('--env <pair>', 'K=V, the same; may be given several times', collect, [])
    .option('--script-file <file>', 'another script for this run only; - reads from stdin')
    .option('--wait', 'follow it to its end; exit 1 unless it is SUCCESS')
    .option(...json)
    .action(
      run(async (job: string, pairs: string[], o: LaunchFlags) =>
        (await import('./verbs/launch.ts')).launchVerb(outside, job, pairs, o),
      ),
    );
  verb('status', 'shows what runs and what has failed, or one instance in full')
    .argument('[instance]', 'number of an instance', instanceId)
    .option(...json)
    .action(
      run(async (id: number | undefined, o: Json) =>
        (await import('./verbs/status.ts')).statusVerb(outside, id, o),
      ),
    );
  verb('logs', 'shows the log of an instance and the end of its output')
    .argument(...instance)
    .option('--full', 'all output that was kept')
    .option('--follow', 'go on until the instance has ended')
    .option(...json)
    .action(
      run(async (id: number, o: Json & { full?: true; follow?: true }) =>
        (await import('./verbs/logs.ts')).logsVerb(outside, id, o),
      ),
    );
  verb('retry', 'goes on from the failed step')
    .argument(...instance)
    .option(...token)
    .option('--yes', 'also when its command is lost and may still run')
    .option(...json)
    .action(
      run(async (id: number, o: RetryOptions) =>
        (await import('./verbs/retry.ts')).retryVerb(outside, id, o),
      ),
    );
  verb('skip', 'ignores the failed step and goes on after it')
    .argument(...instance)
    .option(...token)
    .option(...json)
    .action(
      run(async (id: number, o: Json & { token?: number }) =>
        (await import('./verbs/skip.ts')).skipVerb(outside, id, o),
      ),
    );
  verb('cancel', 'stops every step of an instance and its running commands')
    .argument(...instance)
    .option(...json)
    .action(
      run(async (id: number, o: Json) =>
        (await import('./verbs/cancel.ts')).cancelVerb(outside, id, o),
      ),
    );
  verb('terminate', 'signals the running command only')
    .argument(...instance)
    .option('--token <n>', 'the command of this token, when several run', positive)
    .option('--execution <n>', 'this execution, when several run', positive)
    .option(...json)
    .action(
      run(async (id: number, o: Json & { token?: number; execution?: number }) =>
        (await import('./verbs/terminate.ts')).terminateVerb(outside, id, o),
      ),
    );
  addOutsideVerbs(program, outside, run);
  addScheduleVerbs(program, outside, run);
  addHostVerbs(program, outside, run);
  addDeliveryVerbs(program, outside, run);
  return program;
}

const instance = ['<instance>', 'number of an instance', instanceId] as const;
const leave = [
  '--leave',
  'on a restart hand over and exit 75: whoever runs it starts it again',
] as const;
const dryRun = ['--dry-run', 'only try whether it could be started'] as const;
const token = ['--token <n>', 'this step, when several have failed', positive] as const;
