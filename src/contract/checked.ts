import * as v from 'valibot';
import { type Fault, firstOf, Problem } from '../problem.ts';
import { faultsOf, listed } from './fault.ts';
import { EXAMINED_FAULTS } from './worded.ts';

/** One part of a request: its value, or what is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly faults: readonly Fault[] };

/** @param place as `faultsOf` takes it; the body when it is left out */
export function check<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  place?: string,
): Checked<v.InferOutput<Schema>> {
  const { issues, output } = v.safeParse(schema, input);
  return issues ? { faults: faultsOf(issues, place) } : { value: output };
}

type Values<Parts> = { [Part in keyof Parts]: Parts[Part] extends Checked<infer Value> ? Value : never };

/**
 * The values of all parts of a request.
 *
 * @throws {Problem} `INVALID_REQUEST` with the faults of all parts together, in the order of the parts.
 */
export function allOf<const Parts extends Readonly<Record<string, Checked<unknown>>>>(parts: Parts): Values<Parts> {
  const faults = Object.values(parts).flatMap((part) => ('faults' in part ? part.faults : []));
  if (faults.length > 0) throw invalidRequest(faults);
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, 'value' in part ? part.value : undefined]),
  ) as Values<Parts>;
}

function invalidRequest(faults: readonly Fault[]): Problem {
  const errors = listed(faults);
  const first = firstOf(errors);
  const many = faults.length > EXAMINED_FAULTS ? `More than ${EXAMINED_FAULTS}` : faults.length;
  const detail = faults.length === 1 ? first : `${many} things to mend. The first: ${first}`;
  return new Problem('INVALID_REQUEST', { detail, errors });
}
