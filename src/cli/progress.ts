import type { Terminal } from './command.ts';

export interface Progress {
  /** Called as often as one likes; what it is told is shown ten times a second at most. */
  show(say: () => string): void;
  end(): void;
}

/** One line on standard error that is written over and over, if a person is looking at it. */
export function progressOn({ tty, err, now }: Terminal): Progress {
  if (tty?.err !== true) return { show() {}, end() {} };
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(say) {
      if (now() - shownAtMs < 100) return;
      shownAtMs = now();
      err(`\r\u001b[K${say()}`);
    },
    end: () => err('\r\u001b[K'),
  };
}
