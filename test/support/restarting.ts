/** What the tests of restarts share: homes that are removed, commands that count meanwhile. */
import { onTestFinished } from 'vitest';
import type { CountingCommands } from './counting-commands.ts';
import { createHome, postInstance, type Home, type Program } from './program.ts';
import { until } from './until.ts';

/** Each starts the whole program three or four times: more than a minute on a machine with more to do. */
export const restartTimeout = 240_000;

/**
 * Removed after the test, with all that runs in it. Asked for by each test: files share their modules, and what
 * a module hooks onto is the first of them only.
 */
export async function homeOfTest(config?: string): Promise<Home> {
  const made = await createHome(config);
  onTestFinished(() => made.remove(), 60_000);
  return made;
}

/** Launched, and counting. */
export async function countWith(
  program: Program,
  counting: CountingCommands,
  commands: number,
): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < commands; n += 1)
    ids.push(await postInstance(program, counting.definitionId));
  await until('all of them to count', () => counting.journal().size === commands, 60_000);
  return ids;
}

export const timesSaid = ({ text }: Pick<Program, 'text'>, what: string): number =>
  text().split(what).length - 1;
export const readyAgain = (program: Pick<Program, 'text'>, times: number, ready = 'Ctrl-C ends') =>
  until('it to be ready again', () => timesSaid(program, ready) === times, 90_000);

/** All of them have counted on since now. */
export async function countOn(counting: CountingCommands): Promise<void> {
  const before = counting.journal();
  await until('all to count on', () => {
    const now = counting.journal();
    return [...before].every(
      ([id, { numbers }]) => (now.get(id)?.numbers.length ?? 0) > numbers.length,
    );
  });
}
