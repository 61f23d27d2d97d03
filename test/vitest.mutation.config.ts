import { defineConfig } from 'vitest/config';

// The tests of the pure core, thousands of times: each time once more for a mutant.
process.env['PROPERTY_RUNS'] ??= '20';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/unit/workflow/**/*.test.ts'],
    testTimeout: 30_000,
    // They share no state but modules, which are read anew for each mutant all the same.
    isolate: false,
  },
});
