import { defineConfig } from 'vitest/config';

/** Nothing here retries a failing test. Of the fault tests this is the short form. */
// What goes wrong on purpose is not worth a line.
process.env['KUROKO_LOG'] ??= 'silent';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Most of what is slow waits for processes, not for the processor.
    maxWorkers: 4,
    projects: [
      {
        // They share nothing but modules, which take longer to load than most tests take.
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        // One project of all that needs a server: each worker loads the program's modules once.
        test: {
          name: 'integration',
          include: ['test/{integration,e2e,faults}/**/*.test.ts'],
          globalSetup: 'test/support/postgres.ts',
          pool: 'forks',
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 90_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      thresholds: { 'src/workflow/**': { 100: true }, 'src/schedule/**': { 100: true } },
    },
  },
});
