/** How long a program that has ended may hold the shell. */

const lingerMs = 2_000;

/** Runs to the end; whatever still holds the process so long after it is a leak, and not worth a hanging shell. */
export async function lingering(program: () => Promise<number>): Promise<number> {
  try {
    return await program();
  } finally {
    setTimeout(() => process.exit(), lingerMs).unref();
  }
}
