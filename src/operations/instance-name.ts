/** What an instance is called in the logs of others: `'#2 nightly' instance#2/7`, as in Kuroko2. */
import type { Instance } from '../store/instances.ts';

export function instanceName({
  id,
  definitionId,
  definitionName,
}: Pick<Instance, 'id' | 'definitionId' | 'definitionName'>): string {
  return `'#${definitionId} ${definitionName}' instance#${definitionId}/${id}`;
}
