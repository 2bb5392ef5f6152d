import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/lines/every-line.ts'],
    // Two cores is what a small CI machine has; the tests talk to emulators in their own process, against the clock.
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 20_000,
    // Node runs the service itself, as `npm start` has it. The runner would ask its parent at every `import()`, and a parent
    // that is busy compiling answers after a second: longer than the Lambdas of some tests have left.
    server: { deps: { external: [/\/src\//] } },
  },
});
