/**
 * The few schemas that a policy document is made of. They exist because people who do not program write the document:
 *
 * - every fault carries a remedy (`faultText`), and all faults are reported at once;
 * - Valibot 1.5's `strictObject` reports only the first unknown key and looks keys up with `in`, so that `toString`
 *   passes for a known one; its `record` silently drops `__proto__`, `prototype` and `constructor`. `fields` and
 *   `dictionary` do neither.
 */
import * as v from 'valibot';
import { nearest } from '../nearest.ts';
import { quote } from '../quote.ts';

export type Schema<Output> = v.GenericSchema<unknown, Output>;

/** The members of a block, by key. `v.optional` marks those that may be left out. */
// biome-ignore lint/suspicious/noExplicitAny: an entry may be any schema; `FieldsOutput` recovers its type.
export type Entries = Readonly<Record<string, v.GenericSchema<any, any>>>;

export type FieldsOutput<E extends Entries> = v.InferOutput<v.ObjectSchema<E, undefined>>;

/** What is wrong at one place of a document, and what to write instead. `at` is `key` where the key itself is wrong. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly fix: string;
}

/** Not a character of any message: `quote` escapes it. */
const BETWEEN = '\u001f';

/** An issue of Valibot's carries one text, so the remedy travels in it. */
export function faultText(message: string, fix: string): string {
  return `${message}${BETWEEN}${fix}`;
}

export function faultsOf(issues: readonly v.BaseIssue<unknown>[]): Fault[] {
  return issues.map((issue) => {
    const [message = '', fix = 'Correct this value.'] = issue.message.split(BETWEEN);
    const steps = issue.path ?? [];
    return {
      path: steps.map((step) => step.key as string | number),
      at: steps.at(-1)?.origin === 'key' ? 'key' : 'value',
      message,
      fix,
    };
  });
}

/** A block of exactly these keys. */
export function fields<E extends Entries>(entries: E): Schema<FieldsOutput<E>> {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, FieldsOutput<E>>(({ dataset, addIssue, NEVER }) => {
      const input = dataset.value;
      if (!isBlock(input)) {
        addIssue({ message: notA('a block of `key: value` lines', input) });
        return NEVER;
      }
      const output: [string, unknown][] = [];
      let sound = true;
      for (const [key, schema] of Object.entries(entries)) {
        if (!Object.hasOwn(input, key)) {
          const fallback: unknown = v.getDefault(schema);
          if (fallback !== undefined) output.push([key, fallback]);
          if (schema.type === 'optional') continue;
          addIssue({ message: faultText(`\`${key}\` is missing.`, `Add \`${key}\` here.`), path: [step(input, key)] });
          sound = false;
          continue;
        }
        const parsed = v.safeParse(schema, input[key]);
        if (parsed.success) output.push([key, parsed.output]);
        else sound = false;
        for (const { message, path } of parsed.issues ?? []) {
          addIssue({ message, path: [step(input, key), ...(path ?? [])] });
        }
      }
      for (const key of Object.keys(input)) {
        if (Object.hasOwn(entries, key)) continue;
        const known = Object.keys(entries);
        addIssue({
          message: faultText(`Unknown key ${quote(key)}.`, didYouMean(key, known)),
          path: [step(input, key, 'key')],
        });
        sound = false;
      }
      return sound ? (Object.fromEntries(output) as FieldsOutput<E>) : NEVER;
    }),
  );
}

/** A block whose keys are names. `schemaOf` gives the schema of a name's value, or the text of the fault if it is none. */
export function dictionary<T>(schemaOf: (name: string) => Schema<T> | string): Schema<Record<string, T>> {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Record<string, T>>(({ dataset, addIssue, NEVER }) => {
      const input = dataset.value;
      if (!isBlock(input)) {
        addIssue({ message: notA('a block of `name: …` lines', input) });
        return NEVER;
      }
      const output: [string, T][] = [];
      for (const [name, value] of Object.entries(input)) {
        const schema = schemaOf(name);
        if (typeof schema === 'string') {
          addIssue({ message: schema, path: [step(input, name, 'key')] });
          continue;
        }
        const parsed = v.safeParse(schema, value);
        if (parsed.success) output.push([name, parsed.output]);
        for (const { message, path } of parsed.issues ?? []) {
          addIssue({ message, path: [step(input, name), ...(path ?? [])] });
        }
      }
      return output.length === Object.keys(input).length ? Object.fromEntries(output) : NEVER;
    }),
  );
}

export function list<T>(item: Schema<T>, { atLeast = 0 }: { atLeast?: number } = {}): Schema<T[]> {
  const one =
    atLeast > 0
      ? v.minLength<T[], number, string>(atLeast, faultText('The list is empty.', 'Add an entry.'))
      : v.check<T[]>(() => true);
  return v.pipe(
    v.array(item, ({ input }) => notA('a list', input)),
    one,
  );
}

export function flag(): Schema<boolean> {
  return v.boolean(({ input }) => notA('true or false', input));
}

export function wholeNumber({ atLeast, atMost }: { atLeast: number; atMost?: number }): Schema<number> {
  const bounds = atMost === undefined ? `of ${atLeast} or more` : `from ${atLeast} to ${atMost}`;
  return v.pipe(
    v.number(({ input }) => notA(`a whole number ${bounds}`, input)),
    v.check(
      (given) => Number.isSafeInteger(given) && given >= atLeast && given <= (atMost ?? Number.MAX_SAFE_INTEGER),
      ({ input }) => faultText(`${quote(input)} is not possible here.`, `Write a whole number ${bounds}.`),
    ),
  );
}

export function oneOf<const T extends string>(options: readonly T[]): Schema<T> {
  return v.picklist(options, ({ input }) =>
    typeof input === 'string'
      ? faultText(`${quote(input)} is not possible here.`, didYouMean(input, options))
      : notA(`one of ${options.join(', ')}`, input),
  );
}

/** A text that matches. `what` names it in the fault: "a bucket name". */
export function text(what: string, pattern: RegExp, fix: string): Schema<string> {
  return textThat((value) => (pattern.test(value) ? undefined : faultText(`${quote(value)} is not ${what}.`, fix)));
}

/** A text of which `faultIn` finds nothing to say. */
export function textThat(faultIn: (value: string) => string | undefined): Schema<string> {
  return v.pipe(
    v.string(({ input }) => notA('text', input)),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? faultIn(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  );
}

export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return known.length === 0 ? 'Remove it.' : `Use one of: ${known.join(', ')}.`;
}

/** A path step for Valibot; `origin` says whether the key or its value is at fault. */
export function step(input: object, key: string | number, origin: 'key' | 'value' = 'value'): v.IssuePathItem {
  const value = (input as Record<string, unknown>)[key];
  return { type: 'object', origin, input: input as Record<string, unknown>, key: key as string, value };
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notA(wanted: string, input: unknown): string {
  if (input === null || input === undefined)
    return faultText(`Nothing stands here; ${wanted} is expected.`, 'Fill it in, or remove the key.');
  const given = Array.isArray(input) ? 'a list' : isBlock(input) ? 'a block' : `the ${typeof input} ${quote(input)}`;
  const quotable = wanted === 'text' && (typeof input === 'number' || typeof input === 'boolean');
  const fix = quotable ? 'Put it in quotes.' : `Write ${wanted}.`;
  return faultText(`Expected ${wanted}, found ${given}.`, fix);
}
