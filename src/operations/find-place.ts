/** Finds the executor that somebody means by a host, and a queue where the host has several. */
import { conflict, notFound } from '../errors.ts';
import { lockPlaces, somePlaces, type Place } from '../store/places.ts';
import type { Tx } from '../store/database.ts';

export interface PlaceRef {
  readonly host: string;
  /** Null: the only one of that host. */
  readonly queue: string | null;
}

const offered = 5;

/** `host`, or `host:queue`; the name of a host may hold colons, too. */
export function parsePlace(text: string): PlaceRef {
  const found = /^(?<host>.+):(?<queue>@?[\w-]{1,180})$/.exec(text)?.groups;
  return { host: found?.['host'] ?? text, queue: found?.['queue'] ?? null };
}

/** Locks it. Throws NotFound, or Conflict with the candidates (`host:queue`) as details. */
export async function findPlace(tx: Tx, { host, queue }: PlaceRef): Promise<Place> {
  const places = await lockPlaces(tx, host, queue);
  // One that has left is meant only when nobody else can be.
  const present = places.filter(({ leftAt }) => leftAt === null);
  const [first, ...others] = present.length > 0 ? present : places;
  if (first === undefined) {
    const known = await somePlaces(tx, offered);
    const what = queue === null ? `on a host ${host}` : `of the queue ${queue} on a host ${host}`;
    throw notFound(
      `There is no executor ${what}.${known.length === 0 ? '' : ` There is ${known.join(', ')}.`}`,
    );
  }
  if (others.length > 0) {
    throw conflict(
      `The host ${host} has ${others.length + 1} executors. Say which.`,
      [first, ...others].slice(0, offered).map((place) => `${place.host}:${place.queue}`),
    );
  }
  return first;
}
