/** The job that a reference means. */
import { notFound } from '../errors.ts';
import { definitionCandidates, resolveDefinition } from '../operations/resolve-definition.ts';
import { ambiguousAnswer } from '../messages/answers.ts';
import { findDefinition, type Definition } from '../store/definitions.ts';
import type { Content } from '../messages/blocks.ts';
import type { Connection } from '../store/database.ts';

/** Of those that are about a job, each whose wish an id alone can repeat. */
export type JobVerb =
  | 'launch'
  | 'show'
  | 'history'
  | 'schedule'
  | 'suspend-schedule'
  | 'suspend'
  | 'resume'
  | 'why'
  | 'deliveries'
  | 'hook';

export type FoundJob =
  | { readonly status: 'found'; readonly definition: Definition }
  /** Several have that name: `question` offers them as buttons that repeat the verb. */
  | {
      readonly status: 'ambiguous';
      readonly question: Content;
      /** `12 nightly-report` each. */
      readonly names: readonly string[];
    };

/**
 * `ref` is what somebody typed, an id or a name; or, as a number, the id that a button or a form
 * holds, which never means a name. Throws NotFound, with the names that are like it.
 */
export async function findJob(
  on: Connection,
  verb: JobVerb,
  ref: string | number,
): Promise<FoundJob> {
  if (typeof ref === 'number') {
    const definition = await findDefinition(on, ref);
    if (definition === null) throw notFound(`There is no job ${ref} any more.`);
    return { status: 'found', definition };
  }
  const candidates = await definitionCandidates(on, ref);
  if (candidates.length > 1) {
    return {
      status: 'ambiguous',
      question: ambiguousAnswer({ verb, ref, candidates }),
      names: candidates.map(({ id, name }) => `${id} ${name}`),
    };
  }
  return { status: 'found', definition: candidates[0] ?? (await resolveDefinition(on, ref)) };
}
