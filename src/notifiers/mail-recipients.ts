/** Who gets a mail, and how many that are. */
import { plainAddress } from '../config/mail.ts';
import { longestEndpoint } from './channel.ts';

/** `admins_alone`: without the copy, for `mail_to` gets a mail of its own. */
export type Readers = 'admins' | 'admins_alone' | 'mail_to';

export interface Recipients {
  readonly to: readonly string[];
  readonly cc: readonly string[];
}

/** Of a mail each: everybody once. Without an admin that has an address it goes to `mail_to`. */
export function recipients(
  readers: Readers,
  addresses: readonly string[],
  mailTo: readonly string[],
): Recipients[] {
  const operators = unique(mailTo);
  const admins = unique(addresses.filter((address) => plainAddress.test(address)));
  switch (readers) {
    case 'mail_to':
      return inGroups(operators, []);
    case 'admins_alone':
      return inGroups(without(admins, operators), []);
    case 'admins':
      return admins.length === 0
        ? inGroups(operators, [])
        : inGroups(admins, without(operators, admins));
  }
}

/** As many in a mail as an endpoint has room for. */
function inGroups(to: readonly string[], cc: readonly string[]): Recipients[] {
  const groups: { to: string[]; cc: string[] }[] = [];
  let room = 0;
  for (const [field, address] of [
    ...to.map((one) => ['to', one] as const),
    ...cc.map((one) => ['cc', one] as const),
  ]) {
    const bytes = Buffer.byteLength(address) + 2;
    if (bytes > room) {
      groups.push({ to: [], cc: [] });
      room = longestEndpoint;
    }
    room -= bytes;
    groups.at(-1)?.[field].push(address);
  }
  // A mail has somebody that it is to.
  return groups.map((group) => (group.to.length > 0 ? group : { to: group.cc, cc: [] }));
}

/** Upper and lower case are one. */
function unique(addresses: readonly string[]): string[] {
  const seen = new Map(addresses.toReversed().map((one) => [one.toLowerCase(), one]));
  return [...seen.values()].toReversed();
}

function without(addresses: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others.map((one) => one.toLowerCase()));
  return addresses.filter((one) => !left.has(one.toLowerCase()));
}

/** As a delivery names it. */
export const endpointOf = ({ to, cc }: Recipients): string => [...to, ...cc].join(', ');
