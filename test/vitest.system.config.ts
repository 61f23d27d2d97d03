import { defineConfig } from 'vitest/config';

/**
 * Whole programs, several of them, started again and again: `npm run test:system`. By themselves, for they take as
 * long as half of all the others.
 */
process.env['KUROKO_LOG'] ??= 'silent';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/system/**/*.test.ts'],
    globalSetup: 'test/support/postgres.ts',
    pool: 'forks',
    maxWorkers: 4,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 90_000,
  },
});
