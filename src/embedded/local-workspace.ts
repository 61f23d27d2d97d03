/** The people, channels and app of the local Slack, with tokens that stay the same for a data folder. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export type LocalWorkspace = {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly people: readonly LocalPerson[];
  readonly channels: readonly LocalChannel[];
};

export type LocalPerson = { readonly id: string; readonly name: string; readonly email: string };
/** `name` without the number sign. */
export type LocalChannel = { readonly id: string; readonly name: string };

const people: readonly LocalPerson[] = [
  { id: 'U01ALICE', name: 'alice', email: 'alice@example.com' },
  { id: 'U02BEN', name: 'ben', email: 'ben@example.com' },
  { id: 'U03CAROL', name: 'carol', email: 'carol@example.com' },
];
const channels: readonly LocalChannel[] = [
  { id: 'C01GENERAL', name: 'general' },
  { id: 'C02ALERTS', name: 'alerts' },
];
const botUserId = 'U00KUROKO';

/** `config` is what the server reads; secrets come from the file of an earlier start, when there is one. */
export function localWorkspace(
  configFile: string,
  requestUrl: string | undefined,
): { readonly workspace: LocalWorkspace; readonly config: object } {
  const { teamId, ...secrets } = earlierSecrets(configFile) ?? newSecrets();
  const app = { appId: 'A01KUROKO', botUserId, botName: 'kuroko', ...secrets };
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const members = [...people.map((person) => person.id), botUserId];
  return {
    workspace: { teamId, botUserId, ...secrets, people, channels },
    config: {
      workspace: { name: 'Kuroko', domain: 'kuroko', teamId },
      apps: [
        requestUrl === undefined
          ? { ...app, mode: 'socket' }
          : { ...app, mode: 'events', requestUrl },
      ],
      users: people.map((person) => ({
        ...person,
        real_name: capitalised(person.name),
        tz: timeZone,
      })),
      channels: channels.map((channel) => ({ ...channel, members })),
    },
  };
}

const earlier = z.object({
  workspace: z.object({ teamId: z.string() }),
  apps: z.tuple([
    z.object({ botToken: z.string(), appToken: z.string(), signingSecret: z.string() }),
  ]),
});

type Secrets = {
  readonly teamId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
};

function earlierSecrets(configFile: string): Secrets | undefined {
  try {
    const { workspace, apps } = earlier.parse(JSON.parse(readFileSync(configFile, 'utf8')));
    return { teamId: workspace.teamId, ...apps[0] };
  } catch {
    // The first start, or a file that somebody broke: nothing outside this folder knows the old tokens.
    return undefined;
  }
}

function newSecrets(): Secrets {
  const random = (): string => randomBytes(16).toString('hex');
  return {
    // Tells this server from another one that happens to listen on the same port.
    teamId: `T${randomBytes(5).toString('hex').toUpperCase()}`,
    botToken: `xoxb-local-${random()}`,
    appToken: `xapp-local-${random()}`,
    signingSecret: random(),
  };
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
