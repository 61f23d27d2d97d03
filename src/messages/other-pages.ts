/** The way from one page of a list to those beside it. */
import { actionIds, queryLimit, type ButtonValue, type PagedList } from './action-ids.ts';
import { button } from './buttons.ts';
import type { Block } from './blocks.ts';

/** Nothing where there is one page only. `page` counts from 1. */
export function otherPages({
  of,
  page,
  pages,
  query,
}: {
  readonly of: PagedList;
  readonly page: number;
  readonly pages: number;
  readonly query: string;
}): Block[] {
  const to = (other: number): ButtonValue => ({
    type: 'page',
    of,
    page: other,
    // By whole characters, and without halves of them, which no address can hold.
    query: Array.from(query.replaceAll(/\p{Surrogate}/gu, ''))
      .slice(0, queryLimit / 2)
      .join(''),
  });
  const elements = [
    ...(page > 1 ? [button(actionIds.previousPage, to(page - 1))] : []),
    ...(page < pages ? [button(actionIds.nextPage, to(page + 1))] : []),
  ];
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
