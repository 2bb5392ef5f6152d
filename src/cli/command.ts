/** What the `portcullis` commands share. Imports nothing but Node, so that a command can be shipped as one file. */

/** The world around a command. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The text of a file; undefined when there is none to read. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** What is written to this process. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Runs the AWS CLI and gives its standard output. @throws {Error} with its standard error as the message. */
  readonly aws: (args: readonly string[], env: Readonly<Record<string, string | undefined>>) => Promise<string>;
  /** Which of the two streams a person is looking at; neither when it is left out. */
  readonly tty?: { readonly out: boolean; readonly err: boolean };
}

/** 0: fine; 1: the command found something, or failed; 2: it could not begin, because of the command line or a file. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** @throws {CommandError} */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<ExitCode>;
}

/** Commands under one name. Each is loaded when it is called, so that each pays for its own imports. */
export interface CommandGroup {
  readonly summary: string;
  readonly commands: Readonly<Record<string, () => Promise<Command | CommandGroup>>>;
}

/** Why a command did not do its work, told without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command line is fine, but a file that it names cannot be used. */
export class InputError extends CommandError {
  constructor(message: string) {
    super(message, 2);
  }
}
