/** Gives back what a person typed: Slack's escapes and what clients put in "for" people undone. */

/**
 * Text of a command, mention or direct message as it was typed: `<http://a.b|a.b>` is `a.b` again,
 * `<@U1|ben>` is `@ben`, `&lt;` is `<`; curly quotes are straight, a dash that a client made of
 * `--` at the start of a word is `--`; NUL and invisible marks are gone.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function plainText(text: string): string {
  return withoutInvisibles(text)
    .replaceAll(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, reference)
    .replaceAll(/&(lt|gt|amp);/g, (_, name: 'lt' | 'gt' | 'amp') => entities[name])
    .replaceAll(/[\u201c\u201d\u201e\u201f]/g, '"')
    .replaceAll(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replaceAll(/(^|\s)[\u2013\u2014](?=[a-z])/g, '$1--');
}

const entities = { lt: '<', gt: '>', amp: '&' } as const;

/** One `<...>`: a link that Slack made of an address, or somebody or something mentioned. */
function reference(_: string, kind: string, target: string, label: string | undefined): string {
  if (kind === '') return label !== undefined && isAddressOf(target, label) ? label : target;
  const name = label === undefined || label === '' ? target.replace(/^[a-z]+\^/, '') : label;
  const mark = kind === '#' ? '#' : '@';
  return name.startsWith(mark) ? name : mark + name;
}

/** Only what Slack linked by itself reads as its label; any other label may say anything. */
function isAddressOf(target: string, label: string): boolean {
  return ['http://', 'https://', 'mailto:', 'tel:'].some(
    (scheme) => target === scheme + label || target === `${scheme}${label}/`,
  );
}

function withoutInvisibles(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Postgres refuses NUL in a text.
  return text.replaceAll(/[\u0000\u200b\u2060\ufeff]/g, '');
}
