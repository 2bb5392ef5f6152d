/** Values that the service model accepts, sampled shape by shape: what hostile requests are made from. */
import { accepts, shapeOf } from '../contract/service-model.ts';
import type { Random } from './random.ts';
import { SECRETS } from './secrets.ts';

/** Free text of every kind that a client may send: other scripts, what is invisible, and what looks like code. */
const SCRAPS = [
  'Books a table.',
  'Größe ☃ 🍽',
  '日本語',
  'مرحبا',
  '\u200b\u202e',
  '\u0000\u0007\u001b[31m',
  '\r\nX-Evil: 1',
  '<script>alert(1)</script>',
  '$' + '{jndi:ldap://x}',
  '((a+)+)+$',
  '"},{"__proto__":{}',
  '../../etc/passwd',
  "'; DROP TABLE x--",
  '%0d%0a%00',
  'A\u0301\u0327',
  '👩‍👩‍👧‍👦',
];

export const OPENAPI = JSON.stringify({
  openapi: '3.0.0',
  info: { title: SECRETS.payload, version: '1' },
  paths: {
    '/book': { post: { description: 'Books.', operationId: 'book', responses: { 200: { description: 'ok' } } } },
  },
});

function freeText(random: Random, min: number, max: number): string {
  let text = random.pick(SCRAPS);
  while (random.chance(0.4)) text += random.pick(SCRAPS);
  const points = [...text].slice(0, max);
  return points.length < min ? random.text(min) : points.join('');
}

const SAMPLES: Readonly<Record<string, (random: Random) => unknown>> = {
  // Reaches a function that the policy allows, mostly.
  LambdaArn: (random) =>
    `arn:aws:lambda:us-east-1:${random.chance(0.9) ? '111122223333' : random.text(12, '0123456789')}:function:agents-${random.text(1 + random.below(20))}${random.pick(['', '', ':7', ':live', ':$LATEST'])}`,
  Name: (random) => `n${random.text(8)}${random.pick(['', '-x', '_y', 'z'.repeat(80)])}`,
  ClientToken: (random) => `${SECRETS.token}-${random.text(20)}${random.pick(['', '--a', 'b'.repeat(219)])}`,
  Payload: (random) => (random.chance(0.7) ? OPENAPI : `${SECRETS.payload} ${freeText(random, 0, 200)}`),
  S3BucketName: (random) => random.pick(['acme-agent-schemas', 'acme-agent-schemas', 'other.bucket-1']),
  S3ObjectKey: (random) => random.pick(['a/b.json', "a!*_'()/..//x", `k${random.text(300)}`]),
  ActionGroupSignatureParamsKeyString: (random) =>
    random.pick(['type', '', 'constructor', 'toString', 'é'.repeat(100)]),
  Boolean: (random) => random.chance(0.5),
};

/** How often a member that may be left out is there. */
const PRESENCE = 0.35;

export function sample(random: Random, name: string): unknown {
  const own = SAMPLES[name];
  if (own) return own(random);
  const shape = shapeOf(name);
  if (shape.enum) return random.pick(shape.enum);
  switch (shape.type) {
    case 'string': {
      const value = freeText(random, shape.min ?? 0, shape.max ?? 100);
      if (!accepts(name, value)) throw new Error(`No sample of ${name} is known.`);
      return value;
    }
    case 'list':
      return Array.from({ length: random.below(4) }, () => sample(random, shape.member!));
    case 'map':
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [sample(random, shape.key!), sample(random, shape.value!)]),
      );
    default: {
      const members = Object.entries(shape.members ?? {}).filter(([, { location }]) => location === undefined);
      const chosen = shape.union
        ? [random.pick(members)]
        : members.filter(([member]) => shape.required?.includes(member) || random.chance(PRESENCE));
      return Object.fromEntries(chosen.map(([member, { shape: inner }]) => [member, sample(random, inner)]));
    }
  }
}

/** A body of a write that keeps the rules between members too. */
export function sampleActionGroup(random: Random, shape: string): Record<string, unknown> {
  const body = sample(random, shape) as Record<string, unknown>;
  const leave = (...names: string[]) => {
    for (const name of names) delete body[name];
  };
  if (random.chance(0.7)) leave('parentActionGroupSignature');
  if (body.parentActionGroupSignature !== undefined) {
    leave('description', 'apiSchema', 'actionGroupExecutor', 'functionSchema');
  }
  if (body.apiSchema !== undefined) leave('functionSchema');
  return body;
}
