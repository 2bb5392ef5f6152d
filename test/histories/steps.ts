/** What can happen in a history: calls, several at once, and what befalls them. Data, so that a failure can be shrunk. */
import fc from 'fast-check';
import { TOKEN_REPEATS, type TokenRepeat } from '../../src/local/bedrock/settings.ts';
import type { Effect, Fate, Target } from './gate.ts';

export const AGENTS = ['AGENT12345', 'TRAVEL2345'] as const;
export type Team = 'payments' | 'travel';

interface Common {
  readonly surface: 'rest' | 'aws';
  readonly team: Team;
  /** Which of the Lambdas takes the call; each has a clock of its own. */
  readonly lambda: number;
  readonly fate: Fate | null;
}

export type Call = Common &
  (
    | {
        readonly kind: 'create';
        readonly agent: 0 | 1;
        readonly token: number;
        /** `denied` and `invalid` carry the same token as the others. */
        readonly body: 'a' | 'b' | 'denied' | 'invalid';
      }
    /** Of the group that is there from the start, with the ETag that was last read. */
    | { readonly kind: 'update'; readonly description: number }
    | { readonly kind: 'put'; readonly name: number; readonly description: number }
    | { readonly kind: 'delete'; readonly name: number }
    | { readonly kind: 'prepare' }
  );

export type Step =
  | { readonly do: 'call'; readonly calls: readonly Call[] }
  | {
      readonly do: 'break';
      readonly target: Target;
      readonly operation?: string;
      readonly effect: Effect;
      readonly times: number;
    }
  | { readonly do: 'mend' }
  /** How Bedrock answers a repeated token from now on. */
  | { readonly do: 'repeat'; readonly tokenRepeat: TokenRepeat }
  | { readonly do: 'pass'; readonly ms: number }
  /** What was on its way arrives. */
  | { readonly do: 'deliver' }
  /** Frozen Lambdas go on. */
  | { readonly do: 'thaw' };

export const LAMBDAS = 6;

const common = {
  surface: fc.constantFrom('rest', 'aws'),
  team: fc.constantFrom('payments', 'travel'),
  lambda: fc.nat(LAMBDAS - 1),
  fate: fc.option(
    fc.record({ what: fc.constantFrom('kill', 'freeze'), at: fc.integer({ min: 1, max: 4 }), heard: fc.boolean() }),
    { freq: 3 },
  ),
} as const;

const description = fc.nat(2);
const name = fc.nat(1);
const create = fc.record({
  kind: fc.constant('create'),
  ...common,
  agent: fc.constantFrom(0, 1),
  token: fc.nat(1),
  body: fc.constantFrom('a', 'a', 'a', 'b', 'b', 'denied', 'invalid'),
});

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 8, arbitrary: create },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('update'), ...common, description }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('put'), ...common, name, description }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), ...common, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('prepare'), ...common }) },
) as fc.Arbitrary<Call>;

/** Equal creations at once, on several Lambdas. */
const crowd = fc
  .tuple(create, fc.uniqueArray(fc.nat(LAMBDAS - 1), { minLength: 2, maxLength: LAMBDAS }))
  .map(([one, lambdas]) =>
    lambdas.map((lambda, index) => (index === 0 ? { ...one, lambda } : { ...one, lambda, fate: null })),
  );

const breaks = fc.oneof(
  fc.record({
    do: fc.constant('break'),
    target: fc.constant('store'),
    operation: fc.constantFrom(undefined, 'PutItem', 'UpdateItem', 'DeleteItem'),
    effect: fc.constantFrom('drop', 'lose-answer', 'late', 'throttle', 'error'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    do: fc.constant('break'),
    target: fc.constant('bedrock'),
    operation: fc.constantFrom(undefined, 'CreateAgentActionGroup', 'CreateAgentActionGroup', 'ListAgentActionGroups'),
    effect: fc.constantFrom('drop', 'lose-answer', 'lose-answer', 'late', 'throttle', 'error', 'nonsense'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('call'), calls: fc.array(call, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('call'), calls: crowd }) },
  { weight: 4, arbitrary: breaks },
  { weight: 1, arbitrary: fc.constant({ do: 'mend' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat'), tokenRepeat: fc.constantFrom(...TOKEN_REPEATS) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1_000, 29_000, 400_000, 1_200_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'deliver' }) },
  { weight: 2, arbitrary: fc.constant({ do: 'thaw' }) },
) as fc.Arbitrary<Step>;

export const histories = (length: number): fc.Arbitrary<Step[]> =>
  fc.array(step, { minLength: 3, maxLength: length, size: 'max' });
