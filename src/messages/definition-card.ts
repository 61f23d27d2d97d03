/** A job as a card: what it does, its script, who looks after it, and its last runs. */
import { render } from '../templates.ts';
import { actionIds, type ButtonValue } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code, codeBlock, line, paragraph } from './fit.ts';
import { instanceRow } from './instance-row.ts';
import { memorySize } from './memory-size.ts';
import { definitionLink, jobName, minuteMoment, person } from './phrases.ts';
import { plainMarkdown } from './plain-markdown.ts';
import { cronWords } from './cron-words.ts';
import { suspensionButton, type ScheduleList } from './schedule-list.ts';
import { readableScript } from './script-lines.ts';
import type { Definition } from '../store/definitions.ts';
import type { InstanceSummary } from '../store/instances.ts';
import type { Shown } from '../store/shown.ts';
import type { User } from '../store/users.ts';
import type { About } from './about.ts';

const instancesShown = 5;
const adminsShown = 10;

export interface Card {
  readonly definition: Shown<Definition>;
  readonly admins: readonly User[];
  /** Newest first. */
  readonly instances: readonly InstanceSummary[];
  /** Bytes of memory that a run is expected to need; null when none was measured. */
  readonly memoryExpectancy: number | null;
  readonly schedules: Pick<ScheduleList, 'schedules' | 'suspends' | 'nextAt'>;
  /** Who reads may change it. */
  readonly mayEdit: boolean;
}

export function definitionCard(card: Card, about: About): Content {
  const { definition, admins, instances, memoryExpectancy: memory } = card;
  const { id, name, description, script, tags, suspended, slackChannel } = definition;
  const value: ButtonValue = { type: 'definition', definitionId: id };
  const people = admins
    .slice(0, adminsShown)
    .map((admin) => String(person(admin.name, admin.slackUserId)));
  return {
    text: render('slack/card#text', { job: jobName(name), id }),
    blocks: [
      section(render('slack/card#title', { job: definitionLink(id, name, about), id, suspended })),
      ...(description.trim() === ''
        ? []
        : [
            section(
              render('slack/card#description', {
                text: paragraph(plainMarkdown(description), 2_500),
              }),
            ),
          ]),
      section(String(codeBlock(readableScript(script), 2_900, '(no steps)'))),
      context(
        [
          render('slack/card#facts', {
            tags: line(tags.join(', '), 500, ''),
            channel: slackChannel === null ? null : line(slackChannel, 100),
            memory: memory === null ? null : memorySize(memory),
            rule: render(`slack/card#prevent-${definition.preventMulti}`),
          }),
          people.length === 0 ? '' : render('slack/card#admins') + ' ' + people.join(', '),
        ]
          .filter((text) => text !== '')
          .join('\n'),
      ),
      section(schedulesText(card)),
      section(
        instances.length === 0
          ? render('slack/card#never')
          : [
              render('slack/card#last'),
              ...instances
                .slice(0, instancesShown)
                .map((instance) => instanceRow(instance, about, { named: false })),
            ].join('\n'),
      ),
      {
        type: 'actions',
        elements: [
          button(actionIds.launch, value, { style: 'primary' }),
          button(actionIds.launchForm, value, { label: render('slack/card#launch-with') }),
          button(actionIds.schedules, value),
          ...(card.mayEdit && card.schedules.schedules.length > 0
            ? [suspensionButton(definition)]
            : []),
        ],
      },
    ],
  };
}

const schedulesShown = 5;

/** Each in words, and when it is launched next. */
function schedulesText({ definition, schedules: { schedules, suspends, nextAt } }: Card): string {
  const listed = schedules.slice(0, schedulesShown).map(({ cron, zone, setAsideReason }) => ({
    cron: code(cron, 100),
    words: line(cronWords(cron), 200),
    zone: line(zone, 60),
    aside: setAsideReason !== null,
  }));
  return render('slack/card#schedules', {
    listed,
    rest: schedules.length - listed.length,
    suspends: suspends.length,
    one: suspends.length === 1,
    suspended: definition.suspended,
    next: nextAt === null ? null : minuteMoment(nextAt),
  });
}
