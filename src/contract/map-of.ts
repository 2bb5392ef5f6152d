import * as v from 'valibot';
import { adopt, EXAMINED_FAULTS, isPlainObject, memberPath, refuse } from './worded.ts';

export type MapOfSchema<Value extends v.GenericSchema> = v.GenericSchema<
  Record<string, v.InferInput<Value>>,
  Record<string, v.InferOutput<Value>>
>;

/**
 * An object whose names are the caller's: every own name is checked and kept, `constructor` and `toString` among them.
 * (Valibot's `record` drops some of these silently.)
 *
 * `__proto__` is refused, although the service model allows it as a key of some maps: the code that carries the request
 * onwards would drop it.
 */
export function mapOf<Value extends v.GenericSchema>(key: v.GenericSchema<string>, value: Value): MapOfSchema<Value> {
  return v._standardSchema<MapOfSchema<Value>>({
    kind: 'schema',
    type: 'map_of',
    reference: mapOf as never,
    expects: 'Object',
    async: false,
    '~run'(dataset, config) {
      const input = dataset.value;
      if (!isPlainObject(input)) {
        v._addIssue(this as never, 'type', dataset, config as never);
        return dataset as never;
      }
      const output: Record<string, unknown> = {};
      const result = dataset as { typed: boolean; value: unknown; issues?: v.BaseIssue<unknown>[] };
      result.typed = true;
      for (const name of Object.keys(input)) {
        if ((result.issues?.length ?? 0) > EXAMINED_FAULTS) break;
        if (name === '__proto__') {
          refuse(this, dataset, config, { message: 'cannot be used as a name.', fix: 'Choose another name.' }, name);
          continue;
        }
        const entryKey = key['~run']({ value: name }, config);
        if (entryKey.issues) adopt(dataset, entryKey.issues, memberPath(input, name, name, 'key'));
        const entry = value['~run']({ value: input[name] }, config);
        if (entry.issues) adopt(dataset, entry.issues, memberPath(input, name, input[name]));
        if (!entry.typed) result.typed = false;
        output[name] = entry.value;
      }
      result.value = output;
      return result as never;
    },
  });
}
