/** What a definition names to be told, though nothing is sent there as Kuroko is configured. */
import type { DefinitionFields } from '../store/definitions.ts';

/** Sentences; `targets` are those that are configured. */
export function targetWarnings(
  { webhookUrl, hipchatRoom }: Pick<DefinitionFields, 'webhookUrl' | 'hipchatRoom'>,
  targets: readonly string[],
): string[] {
  return [
    ...(webhookUrl === null || targets.includes('webhook')
      ? []
      : [unsent('webhook_url', 'webhook')]),
    ...(hipchatRoom === null || targets.includes('hipchat')
      ? []
      : [unsent('hipchat_room', 'hipchat')]),
  ];
}

const unsent = (field: string, section: string): string =>
  `${field}: nothing is sent there before the configuration has \`notifiers: ${section}\`.`;
