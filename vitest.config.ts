import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/lines/every-line.ts'],
    // Two cores is what a small CI machine has; a third worker runs while the tests of the others wait for a pause.
    maxWorkers: 3,
    testTimeout: 20_000,
  },
});
