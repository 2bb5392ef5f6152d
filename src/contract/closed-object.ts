import * as v from 'valibot';
import { nearest } from '../policy/nearest.ts';
import { adopt, EXAMINED_FAULTS, isPlainObject, memberPath, refuse, type Wording } from './worded.ts';

export interface ClosedObjectSchema<Entries extends v.ObjectEntries>
  extends v.BaseSchema<
    v.InferInput<v.ObjectSchema<Entries, undefined>>,
    v.InferOutput<v.ObjectSchema<Entries, undefined>>,
    v.BaseIssue<unknown>
  > {
  readonly type: 'closed_object';
  readonly entries: Entries;
}

/**
 * An object of exactly these members. It names every member that it does not know, with the one probably meant, so that
 * a misspelt member is never dropped; and it takes only own members, so that `toString` is as unknown as any other.
 * (Valibot's `strictObject` names the first alone and lets inherited names pass.)
 *
 * `null` is not a way to leave a member out. A member that is `undefined` is absent. The output has its members in
 * the order of `entries`, whatever the order of the input.
 */
export function closedObject<const Entries extends v.ObjectEntries>(entries: Entries): ClosedObjectSchema<Entries> {
  const names = Object.keys(entries);
  const required = new Set(names.filter((name) => entries[name]!.type !== 'optional'));
  return v._standardSchema<ClosedObjectSchema<Entries>>({
    kind: 'schema',
    type: 'closed_object',
    reference: closedObject as never,
    expects: 'Object',
    async: false,
    entries,
    '~run'(dataset, config) {
      const input = dataset.value;
      if (!isPlainObject(input)) {
        v._addIssue(this as never, 'type', dataset, config as never);
        return dataset as never;
      }
      const output: Record<string, unknown> = {};
      const result = dataset as { typed: boolean; value: unknown; issues?: v.BaseIssue<unknown>[] };
      result.typed = true;
      let known = 0;
      for (const name of names) {
        const given = Object.hasOwn(input, name);
        if (given) known++;
        const value = given ? input[name] : undefined;
        if (value === undefined) {
          if (required.has(name)) refuse(this, dataset, config, missing(name), name);
        } else if (value === null) {
          refuse(this, dataset, config, isNull(required.has(name)), name);
        } else {
          const member = entries[name]!['~run']({ value }, config);
          if (member.issues) adopt(dataset, member.issues, memberPath(input, name, value));
          if (!member.typed) result.typed = false;
          output[name] = member.value;
        }
      }
      if (known < Object.keys(input).length) {
        for (const name of Object.keys(input)) {
          if ((result.issues?.length ?? 0) > EXAMINED_FAULTS) break;
          if (!names.includes(name)) refuse(this, dataset, config, unknownMember(name, names), name);
        }
      }
      result.value = output;
      return result as never;
    },
  });
}

/** An object of exactly one of these members: the service model's `union`. */
export function oneMemberOf<const Entries extends v.ObjectEntries>(entries: Entries): OneMemberSchema<Entries> {
  const names = Object.keys(entries);
  const allowed = names.map((name) => `\`${name}\``).join(' or ');
  const optional = Object.fromEntries(names.map((name) => [name, v.optional(entries[name] as v.GenericSchema)]));
  const members: v.GenericSchema = closedObject(optional);
  return v._standardSchema<OneMemberSchema<Entries>>({
    kind: 'schema',
    type: 'one_member_of',
    reference: oneMemberOf as never,
    expects: 'Object',
    async: false,
    '~run'(dataset, config) {
      const input = dataset.value;
      const result = members['~run'](dataset, config);
      if (!isPlainObject(input)) return result as never;
      const given = names.filter((name) => Object.hasOwn(input, name) && input[name] !== undefined);
      // An unknown member was probably meant as the one, and has been named already.
      const wrong = given.length === 0 ? Object.keys(input).length === 0 : given.length > 1;
      if (wrong) {
        const what = given.length === 0 ? 'is empty' : `has ${given.map((name) => `\`${name}\``).join(' and ')}`;
        const fix = names.length === 1 ? `Give it ${allowed}.` : `Give it exactly one member: ${allowed}.`;
        refuse(this, result, config, { message: `${what}; exactly one member is needed.`, fix });
      }
      return result as never;
    },
  });
}

type OneMemberSchema<Entries extends v.ObjectEntries> = v.GenericSchema<OneMember<Entries>, OneMember<Entries>>;

type OneMember<Entries extends v.ObjectEntries> = {
  [Name in keyof Entries]: { [Member in Name]: v.InferOutput<Entries[Member]> } & {
    [Other in Exclude<keyof Entries, Name>]?: never;
  };
}[keyof Entries];

function missing(name: string): Wording {
  return { message: 'is missing.', fix: `Add \`${name}\`.` };
}

function isNull(required: boolean): Wording {
  return required
    ? { message: 'is null, but is required.', fix: 'Give it a value.' }
    : { message: 'is null.', fix: 'Leave it out, or give it a value: null does not stand for "absent".' };
}

function unknownMember(name: string, names: readonly string[]): Wording {
  const meant = nearest(name, names);
  const known = names.map((each) => `\`${each}\``).join(', ');
  return {
    message: 'is not a known member.',
    fix:
      meant === undefined
        ? `Remove it. The members known here are ${known}.`
        : `Did you mean \`${meant}\`? Rename it, or remove it.`,
  };
}
