/** Proofs of identity, good and altered, as a client of `/aws` carries one in its session token. */
import { type Binding, makeProof } from '../../src/identity/proof.ts';
import type { Effect } from './mutate-edge.ts';
import type { Random } from './random.ts';
import { SECRETS } from './secrets.ts';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const MINUTE_MS = 60_000;
const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');

type Alter = (random: Random, query: string) => string;

/** Each takes the presigned query inside a proof. */
const ALTERED: readonly (readonly [string, Alter])[] = [
  [
    'a character replaced',
    (random, query) =>
      at(random, query, (index) => query.slice(0, index) + other(random, query[index]!) + query.slice(index + 1)),
  ],
  [
    'a character dropped',
    (random, query) => at(random, query, (index) => query.slice(0, index) + query.slice(index + 1)),
  ],
  ['cut short', (random, query) => at(random, query, (index) => query.slice(0, index))],
  [
    'a parameter dropped',
    (random, query) =>
      query
        .split('&')
        .toSpliced(random.below(query.split('&').length), 1)
        .join('&'),
  ],
  ['a parameter twice', (random, query) => `${query}&${random.pick(query.split('&'))}`],
  ['a parameter more', (_random, query) => `${query}&X-Evil=1`],
  ['another action', (_random, query) => query.replace('GetCallerIdentity', 'GetSessionToken')],
  ['line ends', (_random, query) => `${query}\r\nHost: evil.example\r\n\r\n`],
  ['NUL', (_random, query) => `${query}\0`],
  ['a fragment', (_random, query) => `${query}#@evil.example/`],
  ['another URL', (_random, query) => `https://evil.example/?${query}`],
  ['no percent-encoding', (_random, query) => `${query}%`],
  ['nothing', () => ''],
  ['ampersands', () => '&'.repeat(3_000)],
];

/** What a header holds instead of a proof. */
const NO_PROOF: readonly ((random: Random) => string)[] = [
  (random) => random.text(1 + random.below(1_000), VISIBLE),
  () => 'portcullis-proof-v1.',
  () => 'portcullis-proof-v2.abc',
  () => `portcullis-proof-v1.${'A'.repeat(8_000)}`,
  () => 'portcullis-proof-v1.====',
  () => 'portcullis-proof-v1.__proto__',
  () => SECRETS.header,
  (random) => `portcullis-proof-v1.${random.text(500)}`,
];

export function strangeProof(
  random: Random,
  key: Key,
  binding: Binding,
): { proof: string; did: string; effect: Effect } {
  const now = Date.now();
  if (random.chance(0.1)) return { proof: makeProof(key, binding, now).text, did: 'a good proof', effect: 'valid' };
  if (random.chance(0.2)) return { proof: random.pick(NO_PROOF)(random), did: 'no proof', effect: 'invalid' };
  if (random.chance(0.2)) {
    const [did, proof] = random.pick([
      ['expired', makeProof(key, binding, now - 20 * MINUTE_MS).text],
      ['of tomorrow', makeProof(key, binding, now + 1_440 * MINUTE_MS).text],
      ['for another audience', makeProof(key, { ...binding, audience: 'https://evil.example' }, now).text],
      ['by another secret', makeProof({ ...key, secretAccessKey: 'guessed' }, binding, now).text],
      ['by nobody', makeProof({ ...key, accessKeyId: 'AKIDNOBODY' }, binding, now).text],
    ] as const);
    return { proof, did: `a proof ${did}`, effect: 'invalid' };
  }
  const [prefix, encoded] = makeProof(key, binding, now).text.split('.') as [string, string];
  const [did, alter] = random.pick(ALTERED);
  const query = alter(random, Buffer.from(encoded, 'base64url').toString());
  return {
    proof: `${prefix}.${Buffer.from(query).toString('base64url')}`,
    did: `a proof with ${did}`,
    effect: 'invalid',
  };
}

function at(random: Random, query: string, change: (index: number) => string): string {
  return change(random.below(query.length));
}

function other(random: Random, character: string): string {
  const drawn = random.text(1, VISIBLE);
  return drawn === character ? '~' : drawn;
}
