import { defineConfig } from 'vitest/config';

/** The tests of the pure core alone: thousands of runs of them, one a mutant. */
process.env['PROPERTY_RUNS'] ??= '20';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: { include: ['test/unit/workflow/**/*.test.ts'], testTimeout: 30_000 },
});
