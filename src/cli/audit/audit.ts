import type { CommandGroup } from '../command.ts';

/** `portcullis audit …`: what was decided, and what became of it. */
export const audit: CommandGroup = {
  summary: 'Shows what was asked, decided and done.',
  commands: {
    tail: async () => (await import('./tail.ts')).tail,
    show: async () => (await import('./show.ts')).show,
    report: async () => (await import('./report.ts')).report,
  },
};
