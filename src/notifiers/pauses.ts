/** How long what was not taken waits for its next attempt. */

/** Seconds after so many attempts of something so old (seconds); null: it is given up. */
export type Pauses = (attempts: number, age: number) => number | null;

/** About 1 s, 10 s, 1 min, 10 min and 1 h, as Kuroko2 has it. */
export const fiveTimes: Pauses = (attempts) => spread([1, 10, 60, 600, 3_600][attempts - 1]);

/** 1, 2, 4 ... seconds up to half an hour, for a day. */
export const forADay: Pauses = (attempts, age) =>
  age > 86_400 ? null : spread(Math.min(1_800, 2 ** Math.min(attempts - 1, 20)));

/** Up to a tenth more or less, so that not all come at once. */
const spread = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * (0.9 + Math.random() / 5);
