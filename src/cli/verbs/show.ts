/** `kuroko show`: one definition and its newest instances. */
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { showDefinition } from '../../operations/show.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { memoryExpectancy } from '../../store/memory-expectancy.ts';
import { listInstances } from '../../store/instances.ts';
import { adminsOf } from '../../store/users.ts';
import { memoryText } from '../command-text.ts';
import { printJson, printLine, printTable } from '../print.ts';
import { definitionJson, instanceSummaryJson } from '../row-json.ts';
import { printScheduleTable, scheduleFieldsJson } from '../schedules-text.ts';
import { stateNames, timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

const newest = 10;

export function showVerb(outside: Outside, job: string, options: Json): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const definition = showDefinition(await resolveDefinition(db, job), facts);
    const [admins, instances, memory, schedules] = await Promise.all([
      adminsOf(db, definition.id),
      listInstances(db, { definitionId: definition.id, limit: newest }),
      memoryExpectancy(db, definition.id),
      shownSchedules(db, definition.id, facts),
    ]);
    if (options.json) {
      const shown = definitionJson(definition, admins);
      printJson({
        ...shown,
        memory_expectancy: memory,
        ...scheduleFieldsJson(schedules),
        instances: instances.map(instanceSummaryJson),
      });
      return 0;
    }
    printLine(`${definition.id} ${definition.name}${definition.suspended ? ' (suspended)' : ''}`);
    printLine(`admins: ${admins.map(({ name }) => name).join(', ')}`);
    if (definition.tags.length > 0) printLine(`tags: ${definition.tags.join(', ')}`);
    if (definition.slackChannel !== null) printLine(`channel: ${definition.slackChannel}`);
    printLine(`prevent_multi: ${definition.preventMulti}`);
    printLine(`api_allowed: ${definition.apiAllowed}`);
    printLine(`retry_lost: ${definition.retryLost}`);
    printLine(`kill_grace: ${definition.killGrace ?? 'as configured'}`);
    printLine(`memory: ${memory === null ? 'not known yet' : `${memoryText(memory)} expected`}`);
    const { nextAt } = schedules;
    if (nextAt !== null) printLine(`next run: ${timeText(nextAt)}`);
    if (definition.description.trim() !== '') printLine(`\n${definition.description.trimEnd()}`);
    printLine(`\n${definition.script.trimEnd()}`);
    if (schedules.schedules.length > 0) {
      printLine();
      printScheduleTable(schedules, definition.suspended);
    }
    if (instances.length > 0) {
      printLine();
      printTable(
        ['INSTANCE', 'STATE', 'LAUNCHED', 'BY'],
        instances.map((row) => [
          String(row.id),
          stateNames[row.status],
          timeText(row.createdAt),
          row.launchedBy,
        ]),
      );
    }
    return 0;
  });
}
