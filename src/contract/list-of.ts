import * as v from 'valibot';
import { adopt, EXAMINED_FAULTS } from './worded.ts';

export type ListOfSchema<Item extends v.GenericSchema> = v.GenericSchema<v.InferInput<Item>[], v.InferOutput<Item>[]>;

/** A list that stops looking after a thousand faults: Valibot's `array` keeps an issue for each of half a million zeros. */
export function listOf<Item extends v.GenericSchema>(item: Item): ListOfSchema<Item> {
  return v._standardSchema<ListOfSchema<Item>>({
    kind: 'schema',
    type: 'list_of',
    reference: listOf as never,
    expects: 'Array',
    async: false,
    '~run'(dataset, config) {
      const input = dataset.value;
      if (!Array.isArray(input)) {
        v._addIssue(this as never, 'type', dataset, config as never);
        return dataset as never;
      }
      const output: unknown[] = [];
      const result = dataset as { typed: boolean; value: unknown; issues?: v.BaseIssue<unknown>[] };
      result.typed = true;
      for (const [key, value] of input.entries()) {
        if ((result.issues?.length ?? 0) > EXAMINED_FAULTS) break;
        const member = item['~run']({ value }, config);
        if (member.issues) adopt(dataset, member.issues, [{ type: 'array', origin: 'value', input, key, value }]);
        if (!member.typed) result.typed = false;
        output.push(member.value);
      }
      result.value = output;
      return result as never;
    },
  });
}
