/** The contract accepts and refuses exactly what the service model does, where this service is not stricter on purpose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsOfBody, refusal, request } from './requests.ts';
import { accepts, fullPattern, least, type Place, places, shapeOf } from './service-model.ts';

const REQUEST = 'CreateAgentActionGroupRequest';
const SEED = 20261120;
const RUNS = 300;

const members = Object.entries(shapeOf(REQUEST).members!);
const labels = members.filter(([, { location }]) => location === 'uri');
const body = members.filter(([, { location }]) => location === undefined);
const inBody = body.flatMap(([name, { shape }]) =>
  places(shape, `/${name}`, (value) => ({ actionGroupName: 'a', [name]: value })),
);
const strings = inBody.filter(({ shape }) => shapeOf(shape).type === 'string');

test('the model has the places that this test is about', () => {
  expect(labels.map(([name]) => name)).toEqual(['agentId', 'agentVersion']);
  expect(inBody.map(({ pointer, isKey }) => pointer + (isKey ? '/*' : ''))).toEqual([
    '/actionGroupName',
    '/clientToken',
    '/description',
    '/parentActionGroupSignature',
    '/parentActionGroupSignatureParams',
    '/parentActionGroupSignatureParams/*',
    '/parentActionGroupSignatureParams/a',
    '/actionGroupExecutor',
    '/actionGroupExecutor/lambda',
    '/actionGroupExecutor/customControl',
    '/apiSchema',
    '/apiSchema/s3',
    '/apiSchema/s3/s3BucketName',
    '/apiSchema/s3/s3ObjectKey',
    '/apiSchema/payload',
    '/actionGroupState',
    '/functionSchema',
    '/functionSchema/functions',
    '/functionSchema/functions/0',
    '/functionSchema/functions/0/name',
    '/functionSchema/functions/0/description',
    '/functionSchema/functions/0/parameters',
    '/functionSchema/functions/0/parameters/*',
    '/functionSchema/functions/0/parameters/a',
    '/functionSchema/functions/0/parameters/a/description',
    '/functionSchema/functions/0/parameters/a/type',
    '/functionSchema/functions/0/parameters/a/required',
    '/functionSchema/functions/0/requireConfirmation',
  ]);
});

/** Refused exactly when the model refuses it, and then with a fault at its place or below. */
function agree({ pointer, shape, isKey, put }: Place, value: unknown): void {
  const faults = faultsOfBody(put(value));
  const expected = accepts(shape, value);
  expect(faults.length === 0, `${pointer} ${JSON.stringify(value)}: ${JSON.stringify(faults)}`).toBe(expected);
  const within = isKey ? `${pointer}/` : pointer;
  for (const fault of faults) expect(`${fault.pointer}/`.startsWith(within)).toBe(true);
}

describe.each(strings.map((place) => [`${place.pointer}${place.isKey ? '/*' : ''}`, place] as const))(
  '%s',
  (_, place) => {
    const shape = shapeOf(place.shape);

    test('lengths at and beyond each bound, in characters of one and of two UTF-16 units', () => {
      // Patterns bound lengths as well, so 10, 100 and 200 (Id, Name) are bounds everywhere.
      const bounds = [shape.min ?? 0, shape.max ?? 0, 3, 10, 63, 100, 200, 256, 2048];
      const lengths = [...new Set(bounds.flatMap((bound) => [bound - 1, bound, bound + 1]))].filter((n) => n >= 0);
      for (const length of lengths) {
        for (const filler of ['a', '7', 'a-', 'a_', '.', '/', 'é', '😀', '-']) {
          agree(place, [...filler.repeat(length)].slice(0, length).join(''));
        }
        // An ARN is nothing but an ARN: a valid value, made longer.
        agree(place, String(least(place.shape)).padEnd(length, 'a'));
        agree(place, String(least(place.shape)).padEnd(length, '-a'));
      }
    });

    test('values made from its pattern, or from its enum', () => {
      const valid = shape.enum ? fc.constantFrom(...shape.enum) : fc.stringMatching(fullPattern(shape));
      fc.assert(
        fc.property(valid, (value) => agree(place, value)),
        { seed: SEED, numRuns: RUNS },
      );
    });

    test('the same with one character changed, added or removed, or the ends padded', () => {
      const valid = shape.enum ? fc.constantFrom(...shape.enum) : fc.stringMatching(fullPattern(shape));
      const character = fc.constantFrom(
        '\n',
        ' ',
        '\0',
        '-',
        '_',
        '.',
        ':',
        '/',
        '$',
        'a',
        'Z',
        '0',
        'а',
        'É',
        '😀',
        '٣',
      );
      const edit = fc.record({ at: fc.nat(), remove: fc.nat(1), insert: fc.option(character, { nil: '' }) });
      fc.assert(
        fc.property(valid, edit, (value, { at, remove, insert }) => {
          const where = at % (value.length + 1);
          const edited = value.slice(0, where) + insert + value.slice(where + remove);
          fc.pre(edited.isWellFormed());
          agree(place, edited);
          for (const padded of [`${value}\n`, `\n${value}`, `${value} `, `${value}\r\n`, value.toLowerCase()]) {
            agree(place, padded);
          }
        }),
        { seed: SEED, numRuns: RUNS },
      );
    });

    test('any text', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
          fc.pre(value !== '__proto__');
          agree(place, value);
        }),
        { seed: SEED, numRuns: RUNS },
      );
    });
  },
);

describe.each(inBody.filter(({ isKey }) => !isKey).map((place) => [place.pointer, place] as const))(
  '%s',
  (_, place) => {
    test.each([null, true, 0, 'true', '', [], {}, [null], { a: 1 }, Number.MAX_VALUE])('given %j', (value) => {
      agree(place, value);
    });

    test('the least that the model accepts', () => agree(place, least(place.shape)));
  },
);

test.each(
  inBody.filter(({ shape }) => shapeOf(shape).type === 'structure').map((place) => [place.pointer, place] as const),
)('%s: every set of its members, and a member too many', (_, place) => {
  const names = Object.keys(shapeOf(place.shape).members!);
  for (let chosen = 0; chosen < 2 ** names.length; chosen++) {
    const some = names.filter((_name, bit) => chosen & (1 << bit));
    const value = Object.fromEntries(some.map((name) => [name, least(shapeOf(place.shape).members![name]!.shape)]));
    agree(place, value);
    agree(place, { ...value, unheardOf: 1 });
  }
});

test.each(labels)('%s in the path', (name, { shape }) => {
  const text = fc.oneof(
    fc.stringMatching(fullPattern(shapeOf(shape))),
    fc.stringMatching(/^[0-9A-Za-z]{8,12}$/),
    fc.stringMatching(/^[0-9A-Za-zа-я\n]{4,12}$/),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (value) => {
      const given = { agentId: 'AGENT12345', agentVersion: 'DRAFT', [name]: value };
      const problem = refusal(request({ actionGroupName: 'a' }, { labels: given }));
      expect(problem === undefined).toBe(accepts(shape, value));
      for (const { pointer } of problem?.errors ?? []) expect(pointer).toBe(`path:${name}`);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test('whole bodies: any members together, some of them broken', () => {
  const scramble = fc.dictionary(
    fc.constantFrom(...body.map(([name]) => name), 'unheardOf'),
    fc.record({ place: fc.nat(), wrong: fc.integer({ min: 0, max: 7 }) }),
  );
  fc.assert(
    fc.property(scramble, (choices) => {
      const chosen: Record<string, unknown> = {};
      for (const [name, { place: nth, wrong }] of Object.entries(choices)) {
        const [, member] = body.find(([each]) => each === name) ?? [];
        const options = member ? places(member.shape, '', (value) => value) : [];
        const option = options[nth % options.length];
        chosen[name] = option && wrong > 0 ? option.put(option.isKey ? 'a' : least(option.shape)) : ['wrong'];
      }
      // `accepts` also asks for the labels, which are right here.
      const whole = { agentId: 'AGENT12345', agentVersion: 'DRAFT', ...chosen };
      expect(faultsOfBody(chosen).length === 0).toBe(accepts(REQUEST, whole) && membersAgree(chosen));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

/** The rules between members, said a second time. */
function membersAgree(given: Record<string, unknown>): boolean {
  const has = (name: string) => Object.hasOwn(given, name);
  if (has('apiSchema') && has('functionSchema')) return false;
  const own = ['description', 'apiSchema', 'actionGroupExecutor', 'functionSchema'].some(has);
  return !(has('parentActionGroupSignature') && own);
}
