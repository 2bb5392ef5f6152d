import * as v from 'valibot';
import { nearest } from '../policy/nearest.ts';
import type { Fault } from '../problem.ts';
import { type Checked, check } from './checked.ts';
import { nameInWords } from './fault.ts';
import { shorten } from './quote.ts';

/** `true` or `false` and nothing else: `1`, `yes` or an empty value must not be guessed at. */
export const Flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

type Schemas = Readonly<Record<string, v.GenericSchema>>;

/**
 * The query parameters of an operation: those of `schemas`, each at most once. Any other is refused, because a misspelt
 * `dryRun` must not write.
 */
export function readQuery<const Parameters extends Schemas>(
  query: Readonly<Record<string, readonly string[]>>,
  schemas: Parameters,
): Checked<{ readonly [Name in keyof Parameters]: v.InferOutput<Parameters[Name]> | undefined }> {
  const names = Object.keys(schemas);
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const name of names) {
    const given = Object.hasOwn(query, name) ? query[name]! : [];
    if (given.length === 0) continue;
    if (given.length > 1) {
      faults.push(repeated(name, given.length));
      continue;
    }
    const parameter = check(schemas[name]!, given[0], `query:${name}`);
    if ('faults' in parameter) faults.push(...parameter.faults);
    else values[name] = parameter.value;
  }
  for (const name of Object.keys(query)) if (!names.includes(name)) faults.push(unknownParameter(name, names));
  return faults.length > 0 ? { faults } : { value: values as never };
}

function repeated(name: string, times: number): Fault {
  return {
    pointer: `query:${name}`,
    message: `\`${name}\` is given ${times} times.`,
    fix: `Give \`${name}\` once.`,
  };
}

function unknownParameter(name: string, names: readonly string[]): Fault {
  const meant = nearest(name, names);
  const known =
    names.length === 0
      ? 'This operation takes none.'
      : `This operation takes ${names.map((each) => `\`${each}\``).join(', ')}.`;
  return {
    pointer: `query:${shorten(name, 256)}`,
    message: `${nameInWords(name)} is not a query parameter of this operation.`,
    fix: meant === undefined ? `Remove it. ${known}` : `Did you mean \`${meant}\`? ${known}`,
  };
}
