import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprint, upstreamToken } from '../../src/idempotency/key.ts';

const scope = {
  account: '111122223333',
  region: 'us-east-1',
  team: 'payments',
  operation: 'CreateAgentActionGroup',
  agentId: 'AGENT12345',
  agentVersion: 'DRAFT',
};
const token = '0b7e3f5c-3c1e-4a55-9a8c-6d1f1d3f7a10';

describe('the token sent to Bedrock', () => {
  // A release that derived another one would create again what an earlier one had created.
  test('is SHA-256, in hex, of the JSON array of its scope and the caller’s token', () => {
    const array =
      '["v1","111122223333","us-east-1","payments","CreateAgentActionGroup","AGENT12345","DRAFT",' +
      '"0b7e3f5c-3c1e-4a55-9a8c-6d1f1d3f7a10"]';
    expect(upstreamToken(scope, token)).toBe(createHash('sha256').update(array).digest('hex'));
    expect(upstreamToken(scope, token)).toBe('32af880b0384b6f435ca62ff7b91f7e6f7a7fa4008d48dd1e2166bd797d13e52');
  });

  test.each([
    ['account', { account: '444455556666' }],
    ['region', { region: 'eu-west-1' }],
    ['team', { team: 'travel' }],
    ['operation', { operation: 'UpdateAgentActionGroup' }],
    ['agent', { agentId: 'TRAVEL2345' }],
    ['version', { agentVersion: '1' }],
  ])('is another one for another %s', (_what, other) => {
    expect(upstreamToken({ ...scope, ...other }, token)).not.toBe(upstreamToken(scope, token));
  });

  test('is another one where the same letters are divided otherwise', () => {
    const moved = { ...scope, team: 'pay', operation: `ments${scope.operation}` };
    expect(upstreamToken(moved, token)).not.toBe(upstreamToken(scope, token));
    const forged = { ...scope, team: 'payments","CreateAgentActionGroup' };
    expect(upstreamToken(forged, token)).not.toBe(upstreamToken(scope, token));
  });
});

describe('the fingerprint of a request', () => {
  test('takes in the whole of a long text, and no text for its digest', () => {
    const schema = 'x'.repeat(100_000);
    const digest = createHash('sha256').update(schema).digest('hex');
    const others = [`${schema}y`, `y${schema.slice(1)}`, digest, `sha256(${digest})`, `"sha256(${digest})"`];
    for (const payload of others) expect(fingerprint({ payload })).not.toBe(fingerprint({ payload: schema }));
    expect(fingerprint({ payload: 'x'.repeat(100_000) })).toBe(fingerprint({ payload: schema }));
  });

  const seed = 20261120;

  test('ignores the order of members, at every depth', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, turn) => {
        const value = JSON.parse(json);
        expect(fingerprint(reordered(value, turn))).toBe(fingerprint(value));
      }),
      { seed, numRuns: 500 },
    );
  });

  test('ignores nothing else: requests of equal fingerprint are equal', () => {
    // Few names and values, so that two of these are often equal, and oftener nearly so.
    const request = fc.object({
      key: fc.constantFrom('a', 'b'),
      values: [fc.constantFrom(0, '0', null, false, '')],
      maxKeys: 2,
      maxDepth: 1,
      withNullPrototype: false,
    });
    let equals = 0;
    fc.assert(
      fc.property(request, request, (one, other) => {
        const equal = isDeepStrictEqual(one, other);
        equals += Number(equal);
        expect(fingerprint(one) === fingerprint(other)).toBe(equal);
      }),
      { seed, numRuns: 2_000 },
    );
    expect(equals).toBeGreaterThan(20);
  });

  test.each([
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['an empty object for nothing', { a: {} }, {}],
    ['an empty list for an empty object', { a: [] }, { a: {} }],
    ['a text for a number', { a: '1' }, { a: 1 }],
    ['false for nothing', { a: false }, {}],
    ['a text that reads like a member', { a: '1","b":"2' }, { a: '1', b: '2' }],
    ['a member moved one level down', { a: { b: 1 } }, { a: {}, b: 1 }],
    ['letters that only look alike', { a: 'é' }, { a: 'e\u0301' }],
    ['a space', { a: 'x' }, { a: 'x ' }],
  ])('tells %s', (_what, one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });

  test('takes a member that is undefined for absent: validation leaves such members behind', () => {
    expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  });
});

function reordered(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, turn));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, reordered(member, turn)] as const);
  const at = members.length === 0 ? 0 : turn % members.length;
  return Object.fromEntries([...members.slice(at), ...members.slice(0, at)].reverse());
}
