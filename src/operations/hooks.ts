/** Makes, rotates and removes the hooks of a definition. Admins and operators: authorise first (`edit`). */
import { randomBytes } from 'node:crypto';
import { conflict, invalid, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { lockDefinitions } from '../store/definitions.ts';
import {
  hooksOf,
  insertHook,
  lockHook,
  removeHook,
  replaceHookSecret,
  type Hook,
} from '../store/hooks.ts';
import { auditActor, type Actor } from './actor.ts';
import { readMapping } from './hook-mapping.ts';
import type { Tx } from '../store/database.ts';

/** Seconds for which the secret before a rotation is still taken: time to change it at the sender. */
export const formerSecretSeconds = 3_600;

const mostHooks = 20;
const longestName = 80;

/** The only time that a secret is shown. */
export interface HookWithSecret {
  readonly hook: Hook;
  readonly secret: string;
}

export interface HookWish {
  readonly definitionId: number;
  readonly name: string;
  /** `NAME=path` each. */
  readonly mapping: readonly string[];
  readonly actor: Actor;
}

/** Throws Invalid with every problem, Conflict for a name that is taken, NotFound without a definition. */
export async function createHook(tx: Tx, wish: HookWish): Promise<HookWithSecret> {
  const { definitionId, actor } = wish;
  const name = wish.name.trim();
  const mapping = readMapping(wish.mapping);
  const problems = [...nameProblems(name), ...(mapping.ok ? [] : mapping.problems)];
  if (!mapping.ok || problems.length > 0) throw invalid('The hook cannot be made.', problems);
  const [definition] = await lockDefinitions(tx, [definitionId]);
  if (definition === undefined) throw notFound(`There is no job ${definitionId}.`);
  const others = await hooksOf(tx, definitionId);
  if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    throw conflict(`"${definition.name}" has a hook "${name}" already.`);
  }
  if (others.length >= mostHooks) throw invalid(`A job can have ${mostHooks} hooks at most.`);
  const secret = newSecret();
  const fields = { definitionId, name, mapping: mapping.mapping, createdBy: actor.name };
  const hook = await insertHook(tx, fields, secret);
  await audit(tx, actor, 'create-hook', hook);
  return { hook, secret };
}

/** The secret before it is taken for `formerSecretSeconds` more. Throws NotFound. */
export async function rotateHook(
  tx: Tx,
  wish: { readonly definitionId: number; readonly hook: number | string; readonly actor: Actor },
): Promise<HookWithSecret> {
  const { id } = await hookOf(tx, wish.definitionId, wish.hook);
  const secret = newSecret();
  const hook = await replaceHookSecret(tx, id, secret, formerSecretSeconds);
  await audit(tx, wish.actor, 'rotate-hook', hook);
  return { hook, secret };
}

/** From then on it is unknown. Throws NotFound. */
export async function deleteHook(
  tx: Tx,
  wish: { readonly definitionId: number; readonly hook: number | string; readonly actor: Actor },
): Promise<Hook> {
  const hook = await hookOf(tx, wish.definitionId, wish.hook);
  await removeHook(tx, hook.id);
  await audit(tx, wish.actor, 'remove-hook', hook);
  return hook;
}

/** By its id, or by its name; locked. */
async function hookOf(tx: Tx, definitionId: number, which: number | string): Promise<Hook> {
  const hooks = await hooksOf(tx, definitionId);
  const found = hooks.find(({ id, name }) =>
    typeof which === 'number' ? id === which : name.toLowerCase() === which.trim().toLowerCase(),
  );
  const locked = found === undefined ? null : await lockHook(tx, found.id);
  if (locked !== null) return locked;
  const names = hooks.map(({ name }) => `"${name}"`).join(', ');
  const others = hooks.length === 0 ? 'This job has none.' : `There are: ${names}.`;
  const shown = typeof which === 'number' ? which : `"${which}"`;
  throw notFound(`There is no hook ${shown}. ${others}`);
}

function nameProblems(name: string): string[] {
  if (name === '') return ['name: must not be blank.'];
  if (/\p{Cc}|\p{Surrogate}/u.test(name)) {
    return ['name: must be one line without control characters.'];
  }
  return Array.from(name).length > longestName
    ? [`name: is too long (maximum is ${longestName} characters).`]
    : [];
}

/** As long as the digest that it signs with. */
const newSecret = (): string => randomBytes(32).toString('hex');

async function audit(tx: Tx, actor: Actor, action: string, hook: Hook): Promise<void> {
  const { id, definitionId, name, mapping } = hook;
  const after = { hook: { id, name, mapping } };
  await insertAudit(tx, { ...auditActor(actor), action, outcome: 'done', definitionId, after });
}
