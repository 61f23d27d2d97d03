/** Who may do what: one function for command, click, modal, mention and HTTP. Default deny. */
import { forbidden } from '../errors.ts';
import { adminsOf } from '../store/users.ts';
import { auditActor, type Actor, type Standing } from './actor.ts';
import { RefusedError } from './in-transaction.ts';
import type { Connection } from '../store/database.ts';
import type { Definition } from '../store/definitions.ts';

export type Action = 'read' | 'launch' | 'operate' | 'edit' | 'administer';

/** The `slack:` section of the configuration, as far as it says who may do what. */
export interface Policy {
  /** Slack user ids or e-mail addresses; everyone in the local Slack. */
  readonly operators: readonly string[] | 'everyone';
  /** Channel ids; empty means all. */
  readonly allowedChannels: readonly string[];
  /** Who may launch and operate. */
  readonly launch: 'members' | 'admins';
}

export interface AuthorisationWish {
  readonly actor: Actor;
  readonly action: Action;
  readonly definition: Subject | null;
  readonly policy: Policy;
}

/** What counts of a definition; one that is yet to be saved has no id. */
export type Subject = Pick<Definition, 'name' | 'tags' | 'apiAllowed'> & {
  readonly id: number | null;
};

/** Throws Forbidden, with its audit row, unless the actor may do this. */
export async function authorise(on: Connection, wish: AuthorisationWish): Promise<void> {
  const reason = await refusal(on, wish);
  if (reason === null) return;
  throw new RefusedError(forbidden(reason), {
    ...auditActor(wish.actor),
    action: wish.action,
    outcome: 'refused',
    reason,
    definitionId: wish.definition?.id ?? null,
  });
}

/** Whether the actor may do this: for what is offered, not for what is done. */
export async function isAllowed(on: Connection, wish: AuthorisationWish): Promise<boolean> {
  return (await refusal(on, wish)) === null;
}

async function refusal(on: Connection, wish: AuthorisationWish): Promise<string | null> {
  const { actor } = wish;
  switch (actor.kind) {
    // Whoever reaches the database or the machine may do everything there already.
    case 'cli':
    case 'system':
      return null;
    // It launches what it is of, and asks for nothing else.
    case 'hook':
      return 'A hook may do nothing but launch its own job.';
    case 'api':
      return apiRefusal(wish, actor);
    case 'slack':
      return slackRefusal(on, wish, actor);
  }
}

function apiRefusal(
  { action, definition }: AuthorisationWish,
  { scopes, tags }: Extract<Actor, { kind: 'api' }>,
): string | null {
  if (!scopes.includes(action)) return `This key lacks the scope "${action}".`;
  if (tags !== null && definition?.tags.some((tag) => tags.includes(tag)) !== true) {
    return `This key is for definitions with the tag ${tags.map((tag) => `"${tag}"`).join(' or ')} only.`;
  }
  if ((action === 'launch' || action === 'operate') && definition?.apiAllowed !== true) {
    return `${nameOf(definition)} is not allowed to be executed by API.`;
  }
  return null;
}

async function slackRefusal(
  on: Connection,
  { action, definition, policy }: AuthorisationWish,
  actor: Extract<Actor, { kind: 'slack' }>,
): Promise<string | null> {
  if (actor.standing !== 'member') return standingRefusals[actor.standing];
  const { allowedChannels } = policy;
  // A direct message (D...) is between the person and us: nothing is shown to a channel.
  if (
    allowedChannels.length > 0 &&
    !allowedChannels.includes(actor.place) &&
    !actor.place.startsWith('D')
  ) {
    return 'Kuroko may not be used in this channel. Ask whoever runs it, or use a direct message.';
  }
  if (action === 'read') return null;
  if (policy.operators === 'everyone' || policy.operators.includes(actor.id)) return null;
  if (action === 'administer') return 'Only operators may do this.';
  if (policy.launch === 'members' && action !== 'edit') return null;
  if (definition?.id != null) {
    const admins = await adminsOf(on, definition.id);
    if (admins.some(({ slackUserId }) => slackUserId === actor.id)) return null;
  }
  return `Only admins of ${nameOf(definition)} may do this.`;
}

const nameOf = (definition: Subject | null): string =>
  definition === null ? 'a definition' : `"${definition.name}"`;

const standingRefusals: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  guest: 'Guests cannot use Kuroko. Ask a full member of this workspace.',
  bot: 'Bots cannot use Kuroko.',
  foreign: 'Kuroko serves members of its own workspace only.',
  deactivated: 'This account is deactivated.',
};
