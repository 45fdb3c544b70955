import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Pages are Hono JSX.
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/global-setup.ts'],
    // Threads crash Temporal's native worker.
    pool: 'forks',
    // Many files talk to servers on this same machine: more workers than this only make deadlines tight.
    maxWorkers: Math.max(2, Math.min(4, availableParallelism() - 1)),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
