/** What a definition names to be told, though nothing is sent there as Kuroko is configured. */
import type { DefinitionFields } from '../store/definitions.ts';

/** Sentences; `targets` are those that are configured. */
export function targetWarnings(
  { webhookUrl }: Pick<DefinitionFields, 'webhookUrl'>,
  targets: readonly string[],
): string[] {
  if (webhookUrl === null || targets.includes('webhook')) return [];
  return ['webhook_url: nothing is sent there before the configuration has `notifiers: webhook`.'];
}
