/** Changes to the bytes of a body, each of which makes it no acceptable JSON text, whatever it held. */
import type { Random } from './random.ts';

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** Byte sequences that are no UTF-8: overlong, half a pair, beyond Unicode, cut short; or that stand for such. */
const NO_UTF8 = [
  [0xff],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc3],
  [0xef, 0xbf, 0xbd],
];

/** Values that JavaScript or other parsers would take, and JSON does not. */
const NO_JSON = [
  'NaN',
  'Infinity',
  '-',
  '01',
  '+1',
  '.5',
  '1.',
  '0x10',
  'undefined',
  "'a'",
  '{a: 1}',
  '[1,]',
  '{"a":1,}',
  '"\\x41"',
  '"\\u00"',
  '"\n"',
  '"\t"',
  '/* */ 1',
  'True',
  '"',
];

type Change = { readonly name: string; readonly make: (random: Random, text: string) => Buffer };

/** Each takes the text of a JSON object. */
const CHANGES: readonly Change[] = [
  { name: 'byte order mark', make: (_random, text) => bytes([0xef, 0xbb, 0xbf], text) },
  { name: 'cut short', make: (random, text) => bytes(text.slice(0, 1 + random.below(text.length - 1))) },
  {
    name: 'something behind',
    make: (random, text) => bytes(text, random.pick(['}', ',', '{}', 'x', '\0', '[]', '//'])),
  },
  {
    name: 'something before',
    make: (random, text) => bytes(random.pick(['[', ',', '\0', 'x=', ")]}',\n", '\u00a0']), text),
  },
  { name: 'no UTF-8', make: (random, text) => inside(text, [...random.pick(NO_UTF8)]) },
  { name: 'UTF-16', make: (_random, text) => Buffer.from(text, 'utf16le') },
  { name: 'UTF-32', make: (_random, text) => Buffer.from([...text].flatMap((c) => [0, 0, 0, c.charCodeAt(0) & 0x7f])) },
  { name: 'a value that is no JSON', make: (random, text) => inside(text, random.pick(NO_JSON), '') },
  { name: 'a name twice', make: (random, text) => twice(random, text) },
  {
    name: '__proto__',
    make: (random, text) => front(text, `"${random.pick(['__proto__', '\\u005f_proto__'])}":{"a":1}`),
  },
  {
    name: 'nested deeply',
    make: (random, text) => {
      const depth = random.pick([33, 100, 5_000, 100_000]);
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
      ] as const);
      const closers = random.chance(0.5) ? close.repeat(depth) : '';
      return front(text, `"deep":${open.repeat(depth)}${open === '[' ? '' : '1'}${closers}`);
    },
  },
  { name: 'more than 1 MB', make: (random, text) => padded(text, 1_048_576 + 1 + random.below(100_000)) },
  { name: 'nothing but space', make: (random) => bytes(random.pick([' ', '\r\n\t', ' '.repeat(100_000)])) },
  {
    name: 'no object',
    make: (random) => bytes(random.pick(['[]', '1', '"x"', 'null', 'true', '[{}]', '1e999', '""'])),
  },
];

/** @param text a JSON object with at least one member */
export function brokenText(random: Random, text: string): { bytes: Buffer; did: string } {
  const { name, make } = random.pick(CHANGES);
  return { bytes: make(random, text), did: name };
}

/** Respelt without a change of meaning: escapes, spaces, and the largest size that is allowed. */
export function respelt(random: Random, text: string): { bytes: Buffer; did: string } {
  switch (random.below(3)) {
    case 0: {
      const asEscape = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
      return { bytes: bytes(text.replaceAll(/[^\x20-\x7e]/g, asEscape).replaceAll('/', '\\/')), did: 'escapes' };
    }
    case 1:
      return { bytes: bytes(`\r\n\t ${text} \n`), did: 'space around' };
    default:
      return { bytes: padded(text, 1_048_576 - random.below(2)), did: 'exactly as large as allowed' };
  }
}

/** Bytes changed at random: most are no JSON any more, some mean something else. */
export function garbled(random: Random, text: string): { bytes: Buffer; did: string } {
  const garbage = Buffer.from(text);
  for (let times = 1 + random.below(8); times > 0; times--) garbage[random.below(garbage.length)] = random.below(256);
  return { bytes: garbage, did: 'garbled bytes' };
}

function padded(text: string, size: number): Buffer {
  const given = Buffer.from(text);
  return given.length >= size ? given : Buffer.concat([given, Buffer.alloc(size - given.length, ' ')]);
}

/** As the value of a first member of its own. */
function inside(text: string, value: string | number[], quote = '"'): Buffer {
  return bytes(`{"description":${quote}`, value as string, quote, text === '{}' ? '' : ',', text.slice(1));
}

function front(text: string, member: string): Buffer {
  return bytes(`{${member}${text === '{}' ? '' : ','}${text.slice(1)}`);
}

function twice(random: Random, text: string): Buffer {
  const names = Object.keys(JSON.parse(text) as object);
  const name = names.length === 0 ? 'a' : random.pick(names);
  const respell = JSON.stringify(name).replace(/a/, random.chance(0.5) ? '\\u0061' : 'a');
  const member = `${respell}:${random.pick(['0', 'null', '"DRAFT"', '{}'])}`;
  return front(front(text, member).toString(), names.length === 0 ? member : `"filler${random.text(4)}":0`);
}
