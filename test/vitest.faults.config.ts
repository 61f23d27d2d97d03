import { defineConfig } from 'vitest/config';

/** The long form of the fault tests and races: `npm run test:faults`. */
process.env['KUROKO_FAULTS'] = 'long';
process.env['KUROKO_LOG'] ??= 'silent';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/faults/**/*.test.ts', 'test/integration/{forks,races}.test.ts'],
    globalSetup: 'test/support/postgres.ts',
    pool: 'forks',
    fileParallelism: false,
    // Of one file, side by side: their hosts share the hundred connections of one server.
    maxConcurrency: 3,
    testTimeout: 3_600_000,
    hookTimeout: 90_000,
  },
});
