/** How long something takes that the machine may hold up. */

/**
 * The shortest of up to five tries, in milliseconds: the first below `mostMs` is enough. What waits for a timer of the product
 * takes as long each time, whatever else the machine does.
 *
 * @param take resolves with the milliseconds of one try, told its number from 1
 */
export async function shortest(
  mostMs: number,
  take: (turn: number) => Promise<number>,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 1; turn <= 5 && least >= mostMs; turn += 1) {
    least = Math.min(least, await take(turn));
  }
  return least;
}
