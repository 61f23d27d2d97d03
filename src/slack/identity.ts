/** Who is speaking, and what he is in the workspace that Kuroko serves. */
import { forbidden } from '../errors.ts';
import { slackRefusal, type WebClient } from './web-client.ts';
import type { webApi } from '@slack/bolt';
import type { Standing } from '../operations/actor.ts';
import type { Log } from '../log.ts';

export interface Identity {
  readonly name: string;
  readonly teamId: string;
  readonly standing: Standing;
}

/** The workspace that our token is of. */
export interface OwnTeam {
  readonly teamId: string;
}

export type Identify = (userId: string) => Promise<Identity>;

/** Milliseconds for which an answer is believed: somebody deactivated has five minutes at most. */
const believed = 5 * 60_000;
const remembered = 5_000;

/**
 * Looks people up through `users.info`. Default deny: throws Forbidden when Slack does not say who
 * it is; only answers are remembered, failures are not. `now` is in milliseconds.
 */
export function createIdentify({
  client,
  own,
  log,
  now = Date.now,
}: {
  readonly client: Pick<WebClient, 'users'>;
  readonly own: OwnTeam;
  readonly log: Log;
  readonly now?: () => number;
}): Identify {
  const known = new Map<string, { readonly identity: Promise<Identity>; readonly until: number }>();
  async function lookUp(userId: string): Promise<Identity> {
    try {
      const { user } = await client.users.info({ user: userId });
      if (user === undefined) throw new Error('users.info answered without a user');
      return identityOf(user, own);
    } catch (error) {
      known.delete(userId);
      log.warn({ err: error, userId }, 'Slack does not say who this is');
      const why = slackRefusal(error) ?? 'no answer';
      throw forbidden(
        `Slack could not tell who you are just now (${why}), so nothing was done. Try again in a minute.`,
      );
    }
  }
  return (userId) => {
    const found = known.get(userId);
    if (found !== undefined && now() < found.until) return found.identity;
    if (known.size >= remembered) known.clear();
    const identity = lookUp(userId);
    known.set(userId, { identity, until: now() + believed });
    return identity;
  };
}

type SlackUser = NonNullable<webApi.UsersInfoResponse['user']>;

/** What Slack leaves out is false, but a user without a team is nobody of ours. */
export function identityOf(user: SlackUser, own: OwnTeam): Identity {
  const { profile } = user;
  const names = [profile?.display_name, profile?.real_name, user.real_name, user.name, user.id];
  return {
    name: names.find((name) => name !== undefined && name.trim() !== '') ?? 'somebody',
    teamId: user.team_id ?? '',
    standing: standingOf(user, own),
  };
}

function standingOf(user: SlackUser, own: OwnTeam): Standing {
  if (user.deleted === true) return 'deactivated';
  if (!isOfTeam(user, own)) return 'foreign';
  if (user.is_bot === true || user.id === 'USLACKBOT') return 'bot';
  if (user.is_restricted === true || user.is_ultra_restricted === true) return 'guest';
  return 'member';
}

/** In an Enterprise organisation somebody of another workspace may be a member of ours as well. */
function isOfTeam(user: SlackUser, own: OwnTeam): boolean {
  if (user.is_stranger === true) return false;
  if (user.team_id === own.teamId) return true;
  return user.enterprise_user?.teams?.includes(own.teamId) ?? false;
}
