import type * as v from 'valibot';
import { type Checked, check } from './checked.ts';

type Schemas = Readonly<Record<string, v.GenericSchema>>;

/** The labels of a path (`{agentId}` and the like), already decoded: a `%2F` arrives here as a slash, and is refused. */
export function readLabels<const Labels extends Schemas>(
  labels: Readonly<Record<string, string | undefined>>,
  schemas: Labels,
): Checked<{ readonly [Name in keyof Labels]: v.InferOutput<Labels[Name]> }> {
  const values: Record<string, unknown> = {};
  const faults = Object.entries(schemas).flatMap(([name, schema]) => {
    const label = check(schema, labels[name], `path:${name}`);
    if ('faults' in label) return label.faults;
    values[name] = label.value;
    return [];
  });
  return faults.length > 0 ? { faults } : { value: values as never };
}
