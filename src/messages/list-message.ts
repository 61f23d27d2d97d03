/** A page of jobs, with what became of their last run, and buttons. */
import { render } from '../templates.ts';
import { actionIds, type ButtonValue } from './action-ids.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { line } from './fit.ts';
import { otherPages } from './other-pages.ts';
import { definitionLink, instanceLink, minuteMoment, moment } from './phrases.ts';
import type { DefinitionSummary } from '../store/definitions.ts';
import type { About } from './about.ts';

export const pageSize = 10;

export interface JobList {
  /** Of this page. */
  readonly definitions: readonly DefinitionSummary[];
  /** When they are launched next by themselves, of those that have schedules. */
  readonly nextRuns: ReadonlyMap<number, { readonly at: Date | null; readonly setAside: number }>;
  /** Of all pages. */
  readonly total: number;
  /** From 1. */
  readonly page: number;
  /** The words after `list`, for the buttons to other pages. */
  readonly query: string;
}

export function listMessage(list: JobList, about: About): Content {
  const { total, page } = list;
  const pages = Math.max(1, Math.ceil(total / pageSize));
  const query = line(list.query, 120, '');
  const view = { total, page, pages, several: pages > 1, one: total === 1, query };
  const title = render(total === 0 ? 'slack/list#none' : 'slack/list#title', view);
  return {
    text: title,
    blocks: [
      section(title),
      ...list.definitions.slice(0, pageSize).flatMap((definition) => row(list, definition, about)),
      ...otherPages({ of: 'list', page, pages, query: list.query }),
      ...(total === 0 && query !== '' ? [context(render('slack/list#hint'))] : []),
    ],
  };
}

function row({ nextRuns }: JobList, definition: DefinitionSummary, about: About): Block[] {
  const { id, name, tags, suspended, lastInstanceId, lastStatus, lastCreatedAt } = definition;
  const value: ButtonValue = { type: 'definition', definitionId: id };
  const next = nextRuns.get(id);
  return [
    section(
      render('slack/list#row', {
        job: definitionLink(id, name, about),
        id,
        suspended,
        tags: line(tags.join(', '), 200, ''),
        next: next?.at == null ? null : minuteMoment(next.at),
        aside: next !== undefined && next.setAside > 0,
        last:
          lastStatus === null || lastInstanceId === null || lastCreatedAt === null
            ? null
            : {
                state: render(`slack/states#${lastStatus}`),
                instance: instanceLink(
                  { id: lastInstanceId, definitionId: id },
                  `#${lastInstanceId}`,
                  about,
                ),
                at: moment(lastCreatedAt),
              },
      }),
    ),
    {
      type: 'actions',
      elements: [
        button(actionIds.launch, value, { style: 'primary' }),
        button(actionIds.show, value),
      ],
    },
  ];
}
