/** People, and the groups that only get mail. */
import type { Connection, Tx } from './database.ts';

export interface User {
  readonly id: number;
  readonly kind: 'person' | 'group';
  readonly name: string;
  readonly slackTeamId: string | null;
  readonly slackUserId: string | null;
  readonly email: string | null;
}

const columns = 'id, kind, name, slack_team_id, slack_user_id, email';

/** The user with a Slack id, else with an e-mail address; made when seen for the first time. */
export async function findOrCreateUser(
  tx: Tx,
  who: {
    readonly slackUserId?: string | null;
    readonly slackTeamId?: string | null;
    readonly email?: string | null;
    readonly name?: string;
  },
): Promise<User> {
  const [known] = await tx.query<User>(
    `select ${columns} from users where slack_user_id = $1 or lower(email) = lower($2)
     order by (slack_user_id = $1) desc nulls last limit 1`,
    [who.slackUserId ?? null, who.email ?? null],
  );
  if (known !== undefined) return known;
  const name = who.name ?? who.email ?? who.slackUserId ?? 'somebody';
  const [made] = await tx.query<User>(
    `insert into users (name, slack_team_id, slack_user_id, email) values ($1, $2, $3, $4)
     on conflict do nothing returning ${columns}`,
    [name, who.slackTeamId ?? null, who.slackUserId ?? null, who.email ?? null],
  );
  // Somebody else made it in between: now it can be found.
  return made ?? findOrCreateUser(tx, who);
}

export function adminsOf(on: Connection, definitionId: number): Promise<User[]> {
  return on.query<User>(
    `select ${columns} from users join definition_admins on user_id = id
     where definition_id = $1 order by id`,
    [definitionId],
  );
}

/** Of several definitions, by definition and user. */
export function adminsOfEach(
  on: Connection,
  definitionIds: readonly number[],
): Promise<{ definitionId: number; userId: number }[]> {
  return on.query(
    `select definition_id, user_id from definition_admins
     where definition_id = any($1) order by definition_id, user_id`,
    [definitionIds],
  );
}

/** The e-mail addresses of the admins of some definitions. */
export function adminAddresses(
  on: Connection,
  definitionIds: readonly number[],
): Promise<{ definitionId: number; email: string }[]> {
  return on.query(
    {
      name: 'admin-addresses',
      text: `select definition_id, email from definition_admins join users on user_id = id
             where definition_id = any($1) and email is not null order by id`,
    },
    [definitionIds],
  );
}

/** Those that there are, by id. */
export function usersById(on: Connection, ids: readonly number[]): Promise<User[]> {
  return on.query<User>(`select ${columns} from users where id = any($1) order by id`, [ids]);
}

export async function replaceAdmins(
  tx: Tx,
  definitionId: number,
  userIds: readonly number[],
): Promise<void> {
  await tx.query(
    `with gone as (
       delete from definition_admins where definition_id = $1 and user_id <> all($2::bigint[]))
     insert into definition_admins (definition_id, user_id) select $1, unnest($2::bigint[])
     on conflict do nothing`,
    [definitionId, userIds],
  );
}

/** Slack ids of people by their names in small letters; of those who share a name none. */
export async function slackIdsByName(
  on: Connection,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await on.query<{ name: string; id: string }>(
    `select lower(name) as name, min(slack_user_id) as id from users
     where kind = 'person' and slack_user_id is not null and lower(name) = any($1)
     group by lower(name) having count(*) = 1`,
    [names],
  );
  return new Map(rows.map(({ name, id }) => [name, id]));
}
