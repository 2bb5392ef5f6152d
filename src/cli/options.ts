import { type ParseArgsConfig, parseArgs } from 'node:util';
import { parseInstant } from '../policy/expiry.ts';
import { CommandError } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The options of a command line, and its arguments.
 *
 * @param names of the arguments, in order, for the complaint; one that ends in `?` may be left out, and of a last one that
 * ends in `…` there may be any number
 * @throws {CommandError} naming what is missing, unknown or too much.
 */
export function readArgs<const O extends Options>(args: readonly string[], options: O, names: readonly string[]) {
  const { values, positionals } = understood(args, options);
  const missing = names.slice(positionals.length).filter((name) => !/[?…]$/.test(name));
  if (missing.length > 0) throw new CommandError(`${missing.join(' and ')} is missing.`, 2);
  const extra = names.at(-1)?.endsWith('…') ? undefined : positionals[names.length];
  if (extra !== undefined) throw new CommandError(`${JSON.stringify(extra)} is one argument too many.`, 2);
  return { values, positionals };
}

function understood<const O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CommandError((error as Error).message, 2);
  }
}

/** A point in time from the command line, in epoch milliseconds. */
export function readInstant(option: string, text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new CommandError(
      `${option} ${text} is no point in time. Write a date such as 2026-12-31 (its end, in UTC) or 2026-12-31T17:00:00Z.`,
      2,
    );
  }
  return instant;
}
