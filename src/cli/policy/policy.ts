import type { CommandGroup } from '../command.ts';

/** `portcullis policy …`: an organisation's policy as tested code. */
export const policy: CommandGroup = {
  summary: "Checks, tests, explains and compares the organisation's policy.",
  commands: {
    check: async () => (await import('./check.ts')).check,
    test: async () => (await import('./test.ts')).test,
    explain: async () => (await import('./explain.ts')).explain,
    diff: async () => (await import('./diff.ts')).diff,
    replay: async () => (await import('./replay.ts')).replay,
  },
};
