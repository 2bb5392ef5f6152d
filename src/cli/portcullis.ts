import { type Command, CommandError, type Terminal } from './command.ts';

/** A command is loaded when it is called, so that each pays for its own imports. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  credentials: async () => (await import('./credentials.ts')).credentials,
};

/** Runs one command line and gives its exit code: 0 done, 1 failed, 2 not usable. */
export async function portcullis([name, ...args]: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(await usage());
    return 0;
  }
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    terminal.err(
      `portcullis: ${name === undefined ? 'name a command.' : `there is no command ${name}.`}\n\n${await usage()}`,
    );
    return 2;
  }
  try {
    await (await load()).run(args, terminal);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    terminal.err(`portcullis ${name}: ${error.message}\n`);
    if (error.exitCode === 2) terminal.err(`Try: portcullis ${name} --help\n`);
    return error.exitCode;
  }
}

async function usage(): Promise<string> {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
  );
  const lines = commands.map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
  return `Usage: portcullis COMMAND [OPTIONS]\n\nCommands:\n${lines.join('\n')}\n\nportcullis COMMAND --help tells more.\n`;
}
