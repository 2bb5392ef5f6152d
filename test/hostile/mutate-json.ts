/** Changes to a body that is still JSON: every member dropped, doubled, retyped, resized or put elsewhere. */
import { isObject } from './judged-body.ts';
import type { Random } from './random.ts';
import { leaksOf } from './secrets.ts';

type Step = string | number;

/** Names that mean something to JavaScript, to our own members, or to a terminal. */
const STRANGE_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'actiongroupname',
  'clienttoken',
  'agentId',
  '\u0000',
  'actionGroupName\u200b',
  'аctionGroupName',
  'x'.repeat(5_000),
  '\ud800',
  '/~0~1',
  '0',
  '$ref',
];

/** In place of any value. Strange numbers and characters among them. */
const STRANGE_VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -0,
  () => 1e308,
  () => 2 ** 53 + 2,
  () => 0.1,
  () => '',
  () => ' ',
  () => '0',
  () => 'null',
  () => 'true',
  () => 'DRAFT',
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ '': '' }),
  () => ({ length: 5 }),
  () => ({ toString: 'x', valueOf: 1 }),
  () => ({ toJSON: 'x' }),
  () => JSON.parse('{"then": "x"}'),
  () => ({ s3: {}, payload: '' }),
  () => ({ lambda: 'x', customControl: 'RETURN_CONTROL' }),
];

const STRANGE_TEXTS: readonly ((text: string) => string)[] = [
  (text) => `${text}\u0000`,
  (text) => `${text}\n`,
  (text) => `\u202e${text}`,
  (text) => `${text}\u200d`,
  (text) => `${text}\ud83d`,
  (text) => `\udc00${text}`,
  (text) => text.replace(/[aeo]/, (letter) => ({ a: 'а', e: 'е', o: 'о' })[letter]!),
  (text) => text.toUpperCase(),
  (text) => ` ${text} `,
  (text) => text.normalize('NFD'),
  (text) => `${text}${'a'.repeat(40)}!`,
  (text) => 'a-'.repeat(150) + text,
  (text) => `a${'-'.repeat(5_000)}${text}!`,
  (text) => `${text}${'_'.repeat(5_000)}`,
  () => 'aa'.repeat(2_500),
  (text) => `${'0'.repeat(300)}${text}`,
  () => '😀'.repeat(200),
  () => '😀'.repeat(201),
  (text) => `arn:aws${'-'.repeat(2_000)}:lambda:${text}`,
  () => `arn:aws:lambda:us-east-1:111122223333:function:${'a'.repeat(2_048)}`,
  (text) => `${'.'.repeat(1_024)}${text}`,
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  (text) => text + text,
  (text) => [...text].reverse().join(''),
];

/** Lengths about which the model has something to say. */
const BOUNDS = [1, 3, 33, 63, 100, 200, 256, 500, 1_024, 1_200, 2_048];

/** Bodies as large as they may be, or nearly. @param size members or characters */
const HUGE: readonly ((size: number) => unknown)[] = [
  (size) => 'x'.repeat(size),
  (size) => '\\'.repeat(size / 2),
  (size) => '"'.repeat(size / 2),
  (size) => 'é'.repeat(size / 2),
  (size) => Array(Math.floor(size / 2)).fill(0),
  (size) => Array(Math.floor(size / 3)).fill([]),
  (size) => Array(Math.floor(size / 5)).fill(''),
  (size) => Array.from({ length: size / 16 }, (_, index) => ({ name: `f${index}` })),
  (size) => Object.fromEntries(Array.from({ length: size / 16 }, (_, index) => [`k${index}`, 0])),
  (size) => Object.fromEntries(Array.from({ length: size / 30 }, (_, index) => [`k${index}`, { type: 'string' }])),
  (size) => ({ ['a-'.repeat(size / 2)]: 0 }),
];

/** A copy with one to three changes; what they make of it, only a judge can say. */
export function mutateJson(random: Random, body: unknown): { body: unknown; did: string } {
  const did: string[] = [];
  let changed = body;
  do {
    const change = random.pick(CHANGES);
    changed = change.make(random, changed);
    did.push(change.name);
  } while (did.length < 3 && random.chance(0.25));
  return { body: changed, did: did.join(', ') };
}

/** One member made as large as a body may be. */
export function hugeJson(random: Random, body: unknown): { body: unknown; did: string } {
  const size = random.pick([60_000, 250_000, 990_000]);
  const path = random.pick(placesIn(body));
  return { body: replaced(body, path, () => random.pick(HUGE)(size)), did: `huge member at /${path.join('/')}` };
}

const CHANGES: readonly { name: string; make: (random: Random, body: unknown) => unknown }[] = [
  { name: 'another value', make: (random, body) => changeOne(random, body, () => random.pick(STRANGE_VALUES)()) },
  {
    name: 'strange text',
    make: (random, body) => changeOne(random, body, (value) => random.pick(STRANGE_TEXTS)(String(value)), isText),
  },
  {
    name: 'resized text',
    make: (random, body) =>
      changeOne(
        random,
        body,
        (value) => resized(random, String(value), Math.max(0, random.pick(BOUNDS) + random.below(3) - 1)),
        isText,
      ),
  },
  { name: 'as text', make: (random, body) => changeOne(random, body, (value) => JSON.stringify(value)) },
  { name: 'in a list', make: (random, body) => changeOne(random, body, (value) => [value]) },
  { name: 'in an object', make: (random, body) => changeOne(random, body, (value) => ({ value })) },
  {
    name: 'dropped member',
    make: (random, body) => changeOne(random, body, (value) => dropped(random, value), isObject),
  },
  {
    name: 'strange member',
    make: (random, body) =>
      changeOne(
        random,
        body,
        (value) => withMember(value as object, random.pick(STRANGE_NAMES), random.pick(STRANGE_VALUES)()),
        isObject,
      ),
  },
  {
    name: 'renamed member',
    make: (random, body) => changeOne(random, body, (value) => renamed(random, value as object), isObject),
  },
  {
    name: 'doubled items',
    make: (random, body) => changeOne(random, body, (value) => [...(value as []), ...(value as [])], Array.isArray),
  },
  {
    name: 'spliced',
    make: (random, body) => {
      const donor = valueAt(body, random.pick(placesIn(body)));
      // A token in the place of a name is a name: no service could know that it should have been secret.
      if (leaksOf(JSON.stringify(donor) ?? '').length > 0) return body;
      return changeOne(random, body, () => structuredClone(donor));
    },
  },
];

/** Lengths count code points, so some have two units each. */
function resized(random: Random, text: string, points: number): string {
  const kept = [...text].slice(0, points);
  return kept.join('') + random.pick(['a', 'a', '0', '😀']).repeat(points - kept.length);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function changeOne(
  random: Random,
  body: unknown,
  change: (value: unknown) => unknown,
  suits: (value: unknown) => boolean = () => true,
): unknown {
  const places = placesIn(body).filter((path) => suits(valueAt(body, path)));
  return places.length === 0 ? body : replaced(body, random.pick(places), change);
}

/** Paths of every value, the body's own among them; of a long list or object only the first few. */
function placesIn(value: unknown, path: Step[] = []): Step[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Array.isArray(value) ? [...value.slice(0, 20).entries()] : Object.entries(value).slice(0, 20);
  return [path, ...inside.flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function valueAt(value: unknown, path: readonly Step[]): unknown {
  return path.reduce((inside, key) => (inside as Record<Step, unknown>)[key], value);
}

function replaced(value: unknown, [key, ...rest]: readonly Step[], change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.with(Number(key), replaced(value[Number(key)], rest, change));
  const members = Object.entries(value as object);
  // `fromEntries` defines members instead of assigning them: one may be called `__proto__`.
  return Object.fromEntries(members.map(([name, item]) => [name, name === key ? replaced(item, rest, change) : item]));
}

function withMember(value: object, name: string, member: unknown): object {
  return Object.fromEntries([...Object.entries(value), [name, member]]);
}

function dropped(random: Random, value: unknown): object {
  const members = Object.entries(value as object);
  members.splice(random.below(members.length), 1);
  return Object.fromEntries(members);
}

function renamed(random: Random, value: object): object {
  const members = Object.entries(value);
  const chosen = random.below(members.length);
  const respell = random.pick<(name: string) => string>([
    (name) => name.toUpperCase(),
    (name) => name.slice(0, -1),
    (name) => `${name}s`,
    (name) => name.replace(/a/, 'а'),
    () => '__proto__',
  ]);
  return Object.fromEntries(members.map(([name, item], index) => [index === chosen ? respell(name) : name, item]));
}
