import * as v from 'valibot';

/** A refusal in words. `message` is a predicate: the fault puts the name of what is refused before it. */
export interface Wording {
  readonly message: string;
  readonly fix: string;
}

/** Marks the issues that carry their own words as `requirement`; all other issues are Valibot's and are worded by `fault.ts`. */
export const WORDED = 'worded';

/** Containers stop looking after so many faults, so that a hostile megabyte of small mistakes stays cheap. */
export const EXAMINED_FAULTS = 1_000;

type Context = Pick<v.GenericSchema, 'kind' | 'reference'> | Pick<v.GenericValidation, 'kind' | 'reference'>;
type Dataset = v.UnknownDataset | v.OutputDataset<unknown, v.BaseIssue<unknown>>;

/** Adds a worded issue to a dataset, on the member `key` where one is named. */
export function refuse(
  { kind, reference }: Context,
  dataset: Dataset,
  config: v.Config<v.BaseIssue<unknown>>,
  requirement: Wording,
  key?: string,
): void {
  const context = { kind, reference, type: WORDED, expects: null, requirement, message: requirement.message };
  const path = key === undefined ? undefined : memberPath(dataset.value, key, undefined, 'key');
  // Valibot would put the input into a message of its own; `received` keeps it from trying.
  v._addIssue(context as never, 'input', dataset, config, { path, received: '' } as never);
}

/** Moves the issues of a member into its container's dataset, each one step deeper. */
export function adopt(dataset: Dataset, issues: readonly v.BaseIssue<unknown>[], path: [v.IssuePathItem]): void {
  for (const issue of issues) {
    const deeper = issue as { path?: v.IssuePathItem[] };
    if (deeper.path) deeper.path.unshift(path[0]);
    else deeper.path = [path[0]];
  }
  const all = dataset as { issues?: v.BaseIssue<unknown>[] };
  if (all.issues) for (const issue of issues) all.issues.push(issue);
  else all.issues = [...issues];
}

export function memberPath(
  input: unknown,
  key: string,
  value: unknown,
  origin: 'key' | 'value' = 'value',
): [v.ObjectPathItem] {
  return [{ type: 'object', origin, input: input as Record<string, unknown>, key, value }];
}

/** A validation that words its own refusal; it sees only values of the right type. */
export function must<T>(refusal: (value: T) => Wording | undefined): v.GenericValidation<T> {
  return {
    kind: 'validation',
    type: WORDED,
    reference: must,
    async: false,
    expects: null,
    '~run'(dataset, config) {
      const wording = dataset.typed ? refusal(dataset.value) : undefined;
      if (wording) refuse(this, dataset, config, wording);
      return dataset;
    },
  };
}

/** A refusal of one member because of another. */
export interface MemberWording extends Wording {
  readonly key: string;
}

/**
 * A rule between the members of an object. Unlike Valibot's own checks it also runs when members are broken, so that one
 * answer holds every fault; it is told what the caller gave, whatever its type, with `null` taken for absent.
 */
export function betweenMembers<T>(
  rule: (given: Readonly<Record<string, unknown>>) => readonly MemberWording[],
): v.GenericValidation<T> {
  return {
    kind: 'validation',
    type: WORDED,
    reference: betweenMembers,
    async: false,
    expects: null,
    '~run'(dataset, config) {
      const given: unknown = dataset.value;
      if (!isPlainObject(given)) return dataset;
      for (const wording of rule(given)) refuse(this, dataset, config, wording, wording.key);
      return dataset;
    },
  };
}

export function isPlainObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
