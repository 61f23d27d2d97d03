/** Who wishes something. */
import type { AuditEntry } from '../store/audit.ts';
import type { Action } from './authorise.ts';

export type Actor =
  | {
      readonly kind: 'slack';
      /** Slack user id. */
      readonly id: string;
      readonly name: string;
      readonly teamId: string;
      /** Channel it came from. */
      readonly place: string;
      readonly standing: Standing;
    }
  | {
      readonly kind: 'api';
      readonly id: string;
      readonly name: string;
      readonly place?: string;
      /** What its key is good for. */
      readonly scopes: readonly Action[];
      /** It is for definitions with one of them only; null: for all. */
      readonly tags: readonly string[] | null;
    }
  | { readonly kind: 'cli'; readonly id: string; readonly name: string; readonly place?: string }
  | {
      readonly kind: 'hook';
      /** Its number. */
      readonly id: string;
      readonly name: string;
      /** Address it was called from. */
      readonly place: string;
    }
  | {
      readonly kind: 'system';
      readonly id: string;
      readonly name: string;
      readonly place?: string;
    };

/** Who makes the samples of an empty database. */
export const sampler = { kind: 'system', id: 'samples', name: 'Kuroko' } as const satisfies Actor;

/** What somebody is in the workspace that Kuroko serves. */
export type Standing = 'member' | 'guest' | 'bot' | 'foreign' | 'deactivated';

/** The actor's part of an audit row. */
export function auditActor(
  actor: Actor,
): Pick<AuditEntry, 'actorKind' | 'actorId' | 'actorName' | 'place'> {
  return {
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    place: actor.place ?? null,
  };
}
