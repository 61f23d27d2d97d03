/** The verbs about schedules: when jobs are launched, when not, and why. */
import { collect } from './arguments.ts';
import { json, type Json } from './json-option.ts';
import type { Command } from 'commander';
import type { Outside } from './outside.ts';
import type { Run } from './run-verb.ts';
import type { CronOptions } from './verbs/cron.ts';
import type { ScheduleOptions } from './verbs/schedule.ts';

export function addScheduleVerbs(program: Command, outside: Outside, run: Run): void {
  const verb = (usage: string, description: string): Command =>
    program.command(usage).description(description);
  verb('cron <expression...>', 'shows when schedules launch; needs no database')
    .option(
      '--suspend <expression>',
      'takes its minutes out; may be given several times',
      collect,
      [],
    )
    .option('--zone <zone>', 'whose clocks they go by (time_zone of the configuration, else UTC)')
    .option('--from <time>', 'after this: 2026-01-31T02:30:00Z, or by the clocks of the zone (now)')
    .option('--to <time>', 'up to and with this (five launches of each)')
    .option(...json)
    .action(
      run(async (expressions: string[], o: CronOptions) =>
        (await import('./verbs/cron.ts')).cronVerb(expressions, o),
      ),
    );
  verb('schedule <job>', 'shows when a job is launched, or adds or removes a schedule')
    .argument('[deed]', 'add or remove')
    .argument('[cron...]', '"30 2 * * *", or @daily')
    .option('--zone <zone>', 'whose clocks it goes by (the configured time_zone)')
    .option('--catch-up <policy>', 'what is done about missed launches: latest, all or none')
    .option(...json)
    .action(
      run(async (job: string, deed: string | undefined, cron: string[], o: ScheduleOptions) =>
        (await import('./verbs/schedule.ts')).scheduleVerb(outside, { job, deed, cron }, o),
      ),
    );
  verb('suspend-schedule <job>', 'shows when a job is not launched, or adds or removes such a time')
    .argument('[deed]', 'add or remove')
    .argument('[cron...]', '"* * 1 1 *": all of 1 January')
    .option(...json)
    .action(
      run(async (job: string, deed: string | undefined, cron: string[], o: Json) =>
        (await import('./verbs/schedule.ts')).suspendScheduleVerb(outside, { job, deed, cron }, o),
      ),
    );
  verb('suspend <job>', 'lets the schedules of a job launch nothing until it is resumed')
    .option(...json)
    .action(
      run(async (job: string, o: Json) =>
        (await import('./verbs/suspension.ts')).suspensionVerb(outside, 'suspend', job, o),
      ),
    );
  verb('resume <job>', 'lets the schedules of a job launch it again')
    .option(...json)
    .action(
      run(async (job: string, o: Json) =>
        (await import('./verbs/suspension.ts')).suspensionVerb(outside, 'resume', job, o),
      ),
    );
  verb(
    'why <job> <time...>',
    'says what became of a launch: 02:30, yesterday 02:30, 2026-01-31 02:30',
  )
    .option(...json)
    .action(
      run(async (job: string, time: string[], o: Json) =>
        (await import('./verbs/why.ts')).whyVerb(outside, job, time.join(' '), o),
      ),
    );
}
