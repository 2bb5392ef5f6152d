/**
 * Random histories: teams, tokens, bodies and operations on Lambdas whose clocks are five minutes apart, with faults of
 * DynamoDB and Bedrock, kills and long sleeps at random points. `judge.ts` has the promises that are held after each step.
 *
 * `npm run histories -- --runs 500` goes on for longer; a seed that fails is printed with its shrunk history.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKEN_REPEATS } from '../../src/local/bedrock/settings.ts';
import { POLICY } from '../support/service.ts';
import type { Effect, Fate } from './gate.ts';
import { live, type Met } from './history.ts';
import { type Call, histories, type Step } from './steps.ts';

const SEED = 20_261_125;
const RUNS = 6;
const STEPS = 12;

test(`${RUNS} histories of up to ${STEPS} steps keep every promise (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const met: Met = { steps: 0, calls: 0, successes: 0, replays: 0, killed: 0, frozen: 0, commits: 0 };
  const property = fc.asyncProperty(histories(STEPS), (steps) => live(steps, POLICY, met));
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  for (const [what, count] of Object.entries(met)) expect([what, count]).not.toEqual([what, 0]);
});

/** Lambdas by their dates: right, 150 s ahead, 150 s behind. */
const [right, ahead, slow] = [0, 1, 2];

const creation = {
  kind: 'create',
  surface: 'rest',
  team: 'travel',
  agent: 0,
  token: 0,
  body: 'a',
  fate: null,
} as const;

function create(lambda: number, members: Partial<Call & { kind: 'create' }> = {}): Step {
  return { do: 'call', calls: [{ ...creation, lambda, ...members }] };
}

const common = { surface: 'rest', team: 'travel', fate: null } as const;
const CALLS = {
  update: { ...common, kind: 'update', description: 1 },
  put: { ...common, kind: 'put', name: 0, description: 1 },
  delete: { ...common, kind: 'delete', name: 0 },
  prepare: { ...common, kind: 'prepare' },
} as const;

/** Of the group that is there from the start, as it was last read. */
function update(...lambdas: number[]): Step {
  const call = { kind: 'update', surface: 'rest', team: 'travel', fate: null } as const;
  return { do: 'call', calls: lambdas.map((lambda, description) => ({ ...call, lambda, description })) };
}

function lost(operation: string, effect: Effect): Step {
  return { do: 'break', target: 'bedrock', operation, effect, times: 3 };
}

const sleepsBefore = (at: number): Fate => ({ what: 'freeze', at, heard: false });
const sleepsAfter = (at: number): Fate => ({ what: 'freeze', at, heard: true });
const repeats = (tokenRepeat: (typeof TOKEN_REPEATS)[number]): Step => ({ do: 'repeat', tokenRepeat });
const refused = lost('CreateAgentActionGroup', 'throttle');

/** Histories that once broke a promise, or would if a guard went: each alone finds it again. */
const KNOWN: readonly [string, readonly Step[]][] = [
  ...TOKEN_REPEATS.flatMap((repeat): [string, Step[]][] => [
    [
      `an owner sleeps before it asks Bedrock, and another goes ahead (a repeat is answered with ${repeat})`,
      [repeats(repeat), create(slow, { fate: sleepsBefore(2) }), create(right), { do: 'thaw' }, create(right)],
    ],
    [
      `an owner sleeps after Bedrock has committed, and another finds the group (a repeat is answered with ${repeat})`,
      [repeats(repeat), create(slow, { fate: sleepsAfter(2) }), create(right), { do: 'thaw' }, create(right)],
    ],
  ]),
  [
    'an owner wakes after a takeover, and cannot read whose the name is that it is refused',
    [
      repeats('name-taken'),
      create(slow, { fate: sleepsBefore(2) }),
      create(right),
      lost('ListAgentActionGroups', 'drop'),
      { do: 'thaw' },
      { do: 'mend' },
      create(right),
    ],
  ],
  [
    'an owner sleeps before it completes its record, and wakes when another has completed it',
    [create(slow, { fate: sleepsBefore(3) }), create(right), { do: 'thaw' }, create(right)],
  ],
  [
    'an owner wakes after a takeover and is refused: the record is not its to delete',
    [
      create(slow, { fate: sleepsAfter(1) }),
      create(right),
      refused,
      { do: 'thaw' },
      { do: 'mend' },
      create(right, { body: 'b' }),
    ],
  ],
  [
    'an outcome is unknown, and another body comes with the token',
    [
      lost('CreateAgentActionGroup', 'lose-answer'),
      lost('ListAgentActionGroups', 'drop'),
      create(right),
      { do: 'mend' },
      create(right, { body: 'b' }),
    ],
  ],
  [
    'an owner whose date is ahead dies after Bedrock has committed: one of those who come takes over, and once',
    [
      create(ahead, { fate: { what: 'kill', at: 2, heard: true } }),
      create(slow),
      { do: 'pass', ms: 400_000 },
      { do: 'call', calls: [right, slow, 3, 4, 5].map((lambda) => ({ ...creation, lambda })) },
      create(slow, { body: 'b' }),
    ],
  ],
  ...(['update', 'put', 'delete', 'prepare'] as const).map((kind): [string, Step[]] => [
    `a Lambda is killed at each of its messages in a row: ${kind}`,
    [1, 2, 3, 4, 5, 6].flatMap((at) => [
      { do: 'call', calls: [{ ...CALLS.put, lambda: right }] },
      { do: 'call', calls: [{ ...CALLS[kind], lambda: right, fate: { what: 'kill', at, heard: at % 2 === 0 } }] },
      { do: 'pass', ms: 1_200_000 },
      { do: 'call', calls: [{ ...CALLS[kind], lambda: ahead }] },
    ]),
  ]),
  ['several change at once what each of them read', [update(right), update(0, 3, 4, 5)]],
];

test.concurrent.each(KNOWN)('%s', { timeout: 60_000 }, async (_what, steps) => live(steps, POLICY));
