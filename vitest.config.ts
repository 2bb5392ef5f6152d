import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/lines/every-line.ts'],
    // Two cores is what a small CI machine has; the tests talk to emulators in their own process, against the clock.
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 20_000,
  },
});
