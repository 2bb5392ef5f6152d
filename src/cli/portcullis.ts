import { type Command, CommandError, type CommandGroup, type ExitCode, InputError, type Terminal } from './command.ts';

const PORTCULLIS: CommandGroup = {
  summary: 'The governed way to give Amazon Bedrock agents their action groups.',
  commands: {
    audit: async () => (await import('./audit/audit.ts')).audit,
    credentials: async () => (await import('./credentials.ts')).credentials,
    'guard-rails': async () => (await import('./guard-rails.ts')).guardRails,
    policy: async () => (await import('./policy/policy.ts')).policy,
    scan: async () => (await import('./scan.ts')).scan,
  },
};

/** Runs one command line and gives its exit code. */
export function portcullis(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  return dispatch('portcullis', PORTCULLIS, args, terminal);
}

async function dispatch(
  path: string,
  group: CommandGroup,
  [name, ...args]: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  if (name === 'help' || isHelp(name)) {
    terminal.out(await usage(path, group));
    return 0;
  }
  const load = name !== undefined && Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (load === undefined) {
    const complaint = name === undefined ? 'name a command.' : `there is no command ${name}.`;
    terminal.err(`${path}: ${complaint}\n\n${await usage(path, group)}`);
    return 2;
  }
  const command = await load();
  const fullName = `${path} ${name}`;
  return 'commands' in command ? dispatch(fullName, command, args, terminal) : run(fullName, command, args, terminal);
}

async function run(name: string, command: Command, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (args.some(isHelp)) {
    terminal.out(command.help);
    return 0;
  }
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    terminal.err(`${name}: ${error.message}\n`);
    if (error.exitCode === 2 && !(error instanceof InputError)) terminal.err(`Try: ${name} --help\n`);
    return error.exitCode;
  }
}

function isHelp(arg: string | undefined): boolean {
  return arg === '--help' || arg === '-h';
}

async function usage(path: string, { summary, commands }: CommandGroup): Promise<string> {
  const loaded = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(12)} ${(await load()).summary}`),
  );
  const list = loaded.join('\n');
  return `Usage: ${path} COMMAND [OPTIONS]\n\n${summary}\n\nCommands:\n${list}\n\n${path} COMMAND --help tells more.\n`;
}
