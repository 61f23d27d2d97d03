/** How a verb is run: with its arguments and options as commander hands them on, without the command itself. */

/** `done` is told the exit code. */
export const runVerb =
  (done: (code: number) => void) =>
  <Args extends unknown[]>(work: (...args: Args) => Promise<number>) =>
  async (...args: unknown[]): Promise<void> =>
    done(await work(...(args.slice(0, -1) as Args)));

export type Run = ReturnType<typeof runVerb>;
