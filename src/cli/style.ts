import type { Terminal } from './command.ts';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly odd: Paint;
}

/** Colours for a person at a terminal; for a file, a pipe or whoever sets `NO_COLOR`, plain text. */
export function styleOf({ tty, env }: Pick<Terminal, 'tty' | 'env'>): Style {
  const coloured = tty?.out === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint =
    (code: number): Paint =>
    (text) =>
      coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31), odd: paint(33) };
}
