/** What the `portcullis` commands share. Imports nothing but Node, so that a command can be shipped as one file. */

/** The world around a command. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The text of a file; undefined when there is none to read. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** Runs the AWS CLI and gives its standard output. @throws {Error} with its standard error as the message. */
  readonly aws: (args: readonly string[], env: Readonly<Record<string, string | undefined>>) => Promise<string>;
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** @throws {CommandError} */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>;
}

/** Why a command did not do its work, told without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** 2: the command line is not usable; 1: everything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
