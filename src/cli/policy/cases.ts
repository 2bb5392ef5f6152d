/** The cases of a policy, as YAML beside it: who asks for what, and what the policy is meant to say. */
import * as v from 'valibot';
import { parseEvaluation } from '../../contract/evaluate-policy.ts';
import { MEMBERSHIP } from '../../policy/document/document.ts';
import {
  dictionary,
  didYouMean,
  type Fault,
  faultsOf,
  faultText,
  fields,
  flag,
  list,
  oneOf,
  type Schema,
  text,
  textThat,
} from '../../policy/document/schema.ts';
import { parseInstant } from '../../policy/expiry.ts';
import { parsePrincipalArn } from '../../policy/principal.ts';
import { quote } from '../../policy/quote.ts';
import { OPERATIONS, type PolicyRequest, type Principal } from '../../policy/request.ts';
import { RULES } from '../../policy/rules/index.ts';
import { type FileFault, type Locate, readYaml } from '../../policy-source/yaml-file.ts';
import { Problem } from '../../problem.ts';

export interface Case {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly request: PolicyRequest;
  /** Absent: whenever the case is run. */
  readonly atEpochMs?: number | undefined;
  readonly expected: Expected;
}

/** Ids, sorted, each once. */
export interface Expected {
  readonly effect: 'allow' | 'deny';
  readonly rules: readonly string[];
  readonly warnings: readonly string[];
}

export function readCases(bytes: Uint8Array): { readonly cases: Case[] } | { readonly faults: readonly FileFault[] } {
  const read = readYaml(bytes, { what: 'the cases', firstKey: 'cases' }, checkCases);
  if ('faults' in read) return read;
  return { cases: read.ok.map((one, index) => ({ ...one, ...placeOf(read.locate, index) })) };
}

function placeOf(locate: Locate, index: number) {
  return locate(['cases', index, 'name'], 'key');
}

const Line = text('a line of text', /^[^\p{Cc}]{1,200}$/u, 'Say in one line what the case shows.');

const Instant: Schema<number> = v.pipe(
  textThat((given) =>
    parseInstant(given) === undefined
      ? faultText(`${quote(given)} is not a point in time.`, 'Write a time such as 2026-11-20T12:00:00Z.')
      : undefined,
  ),
  v.transform((given) => parseInstant(given) as number),
);

const PrincipalArn: Schema<Principal> = v.pipe(
  textThat((arn) =>
    parsePrincipalArn(arn) === undefined
      ? faultText(`${quote(arn)} names no caller.`, 'Write the ARN of a role, a user or an assumed role, without *.')
      : undefined,
  ),
  v.transform((arn) => parsePrincipalArn(arn) as Principal),
);

const Claim = v.lazy((input) => (Array.isArray(input) ? list(textThat(() => undefined)) : textThat(() => undefined)));

const Token: Schema<Principal> = v.pipe(
  fields({ issuer: textThat(() => undefined), claims: dictionary(() => Claim as Schema<string | string[]>) }),
  v.transform((token): Principal => ({ kind: 'jwt', ...token })),
);

const Caller: Schema<Principal> = v.lazy((input: unknown) =>
  typeof input === 'object' && input !== null ? Token : PrincipalArn,
);

const RuleId = textThat((id) =>
  RULES.has(id) || (MEMBERSHIP as readonly string[]).includes(id)
    ? undefined
    : faultText(`There is no rule ${quote(id)}.`, didYouMean(id, [...RULES.keys(), ...MEMBERSHIP])),
);

/** What may be said once for all cases. */
const circumstances = {
  at: v.optional(Instant),
  agentAccount: v.optional(text('an account', /^\d{12}$/, 'Write its twelve digits, in quotes.')),
  agentRegion: v.optional(text('a region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'Write a region such as us-east-1.')),
};

const CaseEntry = fields({
  name: Line,
  as: Caller,
  operation: v.optional(oneOf(OPERATIONS), 'CreateAgentActionGroup'),
  agent: textThat(() => undefined),
  actionGroupId: v.optional(
    textThat(() => undefined),
    'GROUP12345',
  ),
  actionGroup: v.optional(v.unknown()),
  // AWS clients make one up themselves, so a creation without is the odd one.
  clientToken: v.optional(flag(), true),
  skipResourceInUseCheck: v.optional(flag()),
  ...circumstances,
  expect: oneOf(['allow', 'deny']),
  rules: v.optional(list(RuleId, { atLeast: 1 })),
  warnings: v.optional(list(RuleId), []),
});

const CasesFile = fields({ given: v.optional(fields(circumstances), {}), cases: list(CaseEntry, { atLeast: 1 }) });

type Entry = v.InferOutput<typeof CaseEntry>;
type Checked = Omit<Case, 'line' | 'column'>;

function checkCases(value: unknown): { ok: Checked[] } | { faults: Fault[] } {
  const { success, output, issues } = v.safeParse(CasesFile, value);
  if (!success) return { faults: faultsOf(issues) };
  const faults: Fault[] = [];
  const names = new Set<string>();
  const cases = output.cases.map((entry, index) => {
    const path = ['cases', index];
    if (names.has(entry.name)) {
      const fix = 'Say what this one shows.';
      faults.push({ path: [...path, 'name'], at: 'value', message: 'Another case has this name.', fix });
    }
    names.add(entry.name);
    faults.push(...expectationFaults(entry, path));
    const { request, faults: invalid } = requestOf({ ...output.given, ...given(entry) });
    faults.push(...invalid.map((fault) => ({ ...fault, path: [...path, ...fault.path] })));
    return { name: entry.name, request, atEpochMs: entry.at ?? output.given.at, expected: expectedOf(entry) };
  });
  return faults.length > 0 ? { faults } : { ok: cases as Checked[] };
}

function given(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Entry;
}

function expectedOf({ expect, rules = [], warnings }: Entry): Expected {
  return { effect: expect, rules: sorted(rules), warnings: sorted(warnings) };
}

export function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

function expectationFaults({ expect, rules }: Entry, path: Fault['path']): Fault[] {
  if ((expect === 'deny') === (rules !== undefined)) return [];
  return expect === 'deny'
    ? [
        {
          path,
          at: 'value',
          message: '`rules` is missing.',
          fix: 'Name the rules that deny: a case that is denied for another reason shows nothing.',
        },
      ]
    : [
        {
          path: [...path, 'rules'],
          at: 'key',
          message: 'What is allowed breaks no rules.',
          fix: 'Remove `rules`, or expect: deny.',
        },
      ];
}

/** By the code that reads the real request: a case that could never reach the policy would show nothing. */
function requestOf(entry: Entry): { request?: PolicyRequest; faults: Fault[] } {
  const { agent, as: principal, operation, actionGroup, actionGroupId, agentAccount, agentRegion } = entry;
  const body = { operation, agentId: agent, agentVersion: 'DRAFT', actionGroupId, actionGroup };
  const skipping =
    entry.skipResourceInUseCheck === undefined ? {} : { skipResourceInUseCheck: entry.skipResourceInUseCheck };
  try {
    const request = parseEvaluation({ ...body, ...skipping }, {}, []);
    const clientTokenGiven = entry.clientToken && operation === 'CreateAgentActionGroup';
    return { request: { ...request, principal, clientTokenGiven, agentAccount, agentRegion }, faults: [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      faults: error.errors.map(({ pointer, message, fix }) => ({
        path: pathOf(pointer, entry),
        at: 'value',
        message,
        fix,
      })),
    };
  }
}

function pathOf(pointer: string, entry: unknown): (string | number)[] {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let within = entry;
  return keys.map((key) => {
    const step = Array.isArray(within) ? Number(key) : key === 'agentId' ? 'agent' : key;
    within = (within as Record<string | number, unknown> | undefined)?.[step];
    return step;
  });
}
