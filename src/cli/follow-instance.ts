/** Waits until an instance needs nobody's patience any longer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../errors.ts';
import { findInstance, type Instance } from '../store/instances.ts';
import type { Connection } from '../store/database.ts';

/** One read by primary key; an ERROR sends no NOTIFY, so there would be something to poll anyhow. */
const everyMs = 250;

/** Resolves when it is final, or in ERROR, from where it goes on only by hand. */
export async function followInstance(
  on: Connection,
  id: number,
  onLook: (instance: Instance) => Promise<void> = async () => {},
): Promise<Instance> {
  for (;;) {
    const instance = await findInstance(on, id);
    if (instance === null) throw notFound(`There is no instance #${id}.`);
    await onLook(instance);
    if (instance.status !== 'working') return instance;
    await sleep(everyMs);
  }
}
