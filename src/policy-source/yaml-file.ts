/**
 * A YAML file that people write, read strictly, with every mistake shown where it stands.
 *
 * YAML is narrowed to what a reader cannot misread: one document, version 1.2 (`no` and `2026-12-31` are texts), text keys
 * that stand once, no tags, and neither anchors nor aliases, which could also unfold into millions of nodes.
 */
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { Fault } from '../policy/document/schema.ts';
import { quote } from '../policy/quote.ts';

export interface FileFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** Where a part stands; of one that is missing, the part that it is missing from. */
export type Locate = (path: Path, at?: 'key' | 'value') => Place;

/** How the file is spoken of in a remedy: `what` is "a policy". */
export interface About {
  readonly what: string;
  readonly firstKey: string;
}

/** Far above any real file, far below what would make the parser work for long. */
const MAX_BYTES = 1024 * 1024;

const MAX_DEPTH = 20;

/** @returns what `check` makes of the file, or every fault of YAML and grammar together, in the order of the file. */
export function readYaml<T>(
  bytes: Uint8Array,
  about: About,
  check: (value: unknown) => { readonly ok: T } | { readonly faults: readonly Fault[] },
): { readonly ok: T; readonly locate: Locate } | { readonly faults: readonly FileFault[] } {
  const start = { line: 1, column: 1 };
  if (bytes.byteLength > MAX_BYTES) {
    return { faults: [{ ...start, message: 'The file is larger than 1 MiB.', fix: 'Shorten or divide it.' }] };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { faults: [{ ...start, message: 'The file is not UTF-8 text.', fix: 'Save it as UTF-8.' }] };
  }
  const source = parse(text, about);
  if (!source.sound) return { faults: inOrder(source.faults) };
  const checked = check(source.value);
  const faults = 'ok' in checked ? [] : checked.faults;
  const placed = faults.map(({ path, at, message, fix }) => ({ ...source.locate(path, at), message, fix }));
  // Of a value that YAML already went wrong at, the grammar can only say that it is missing.
  const known = new Set(source.faults.map(({ line, column }) => `${line}:${column}`));
  const all = [...source.faults, ...placed.filter(({ line, column }) => !known.has(`${line}:${column}`))];
  if ('faults' in checked || all.length > 0) return { faults: inOrder(all) };
  return { ok: checked.ok, locate: source.locate };
}

/** One fault in one line: `file:line:column message — fix`. */
export function faultLine(fileName: string, { line, column, message, fix }: FileFault): string {
  return `${fileName}:${line}:${column} ${message} — ${fix}`;
}

function inOrder(faults: readonly FileFault[]): FileFault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

type Path = readonly (string | number)[];
type Place = Pick<FileFault, 'line' | 'column'>;

interface Source {
  /** Whether there is a value: false if the text is no YAML. */
  readonly sound: boolean;
  readonly faults: FileFault[];
  readonly value: unknown;
  readonly locate: Locate;
}

function parse(text: string, about: About): Source {
  const faults: FileFault[] = [];
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fault = (offset: number, message: string, fix: string) => faults.push({ ...place(offset), message, fix });
  const nowhere: Source = { sound: false, faults, value: undefined, locate: () => place(0) };

  // Keys are compared below: the library's own comparison takes time with the square of their number.
  const documents = [...parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false })];
  const [document, second] = documents;
  if (document === undefined || document.contents === null) {
    fault(0, 'The file is empty.', `Write ${about.what}, beginning with \`${about.firstKey}\`.`);
  }
  if (second !== undefined) {
    fault(second.range[0], 'A second document begins here.', 'Keep to one document: remove the `---` or `...`.');
  }
  if (document?.directives?.yaml.explicit || /^%/m.test(text.slice(0, document?.contents?.range?.[0]))) {
    fault(0, 'The file begins with a directive (a line with %).', 'Remove that line.');
  }
  const complaints = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  const tooDeep = complaints.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep !== undefined) {
    fault(tooDeep.pos[0], 'Lists or blocks are nested too deeply.', `Use at most ${MAX_DEPTH} levels.`);
    return nowhere;
  }
  // One slip upsets every line after it: what is said of those is told once the first line is mended.
  const slips = complaints.filter(({ code }) => !code.startsWith('TAG_')).toSorted((a, b) => a.pos[0] - b.pos[0]);
  const isAlone = ({ code }: { code: string }) => code === 'BAD_ALIAS';
  const firstLine = place(slips.find((slip) => !isAlone(slip))?.pos[0] ?? 0).line;
  const certain = slips.filter((slip) => isAlone(slip) || place(slip.pos[0]).line === firstLine);
  for (const { code, message, pos } of certain.slice(0, 10)) {
    fault(
      pos[0],
      code === 'BAD_ALIAS' ? 'A bare * stands here.' : `${message}.`,
      SYNTAX_FIXES[code] ?? 'Correct the YAML.',
    );
  }
  if (document === undefined || faults.length > 0) return nowhere;

  const keys = new Map<string, number>();
  const values = new Map<string, number>();
  const value = read(document.contents as Node | null, []);
  return {
    sound: true,
    faults,
    value,
    locate(path, at = 'value') {
      const exact = (at === 'key' ? keys : values).get(JSON.stringify(path));
      if (exact !== undefined) return place(exact);
      for (let length = path.length - 1; length >= 0; length--) {
        const id = JSON.stringify(path.slice(0, length));
        const offset = keys.get(id) ?? values.get(id);
        if (offset !== undefined) return place(offset);
      }
      return place(0);
    },
  };

  /** The node as plain data. Own code, because the library's unfolds aliases and makes texts of keys that are none. */
  function read(node: Node | null, path: Path): unknown {
    const offset = node?.range?.[0] ?? 0;
    values.set(JSON.stringify(path), offset);
    if (path.length > MAX_DEPTH) {
      fault(offset, 'Lists or blocks are nested too deeply.', `Use at most ${MAX_DEPTH} levels.`);
      return undefined;
    }
    if (isAlias(node)) {
      fault(offset, `*${node.source} is an alias.`, 'Write the value out; to mean every agent, write "*" in quotes.');
      return undefined;
    }
    if (node?.anchor !== undefined) fault(offset, `&${node.anchor} is an anchor.`, 'Remove it, and write values out.');
    if (node?.tag !== undefined)
      fault(offset, `${quote(node.tag)} is a tag.`, 'Remove it; put text in quotes instead.');
    if (isMap(node)) {
      const entries: [string, unknown][] = [];
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const key = pair.key as Node | null;
        const at = key?.range?.[0] ?? offset;
        if (!isScalar(key) || typeof key.value !== 'string' || key.tag !== undefined || key.anchor !== undefined) {
          fault(at, 'A key that is not plain text.', 'Write the key as text; put it in quotes if it is a number.');
          continue;
        }
        const id = JSON.stringify([...path, key.value]);
        if (keys.has(id)) {
          fault(at, `The key ${quote(key.value)} stands here a second time.`, 'Keep one of them.');
          continue;
        }
        keys.set(id, at);
        entries.push([key.value, read(pair.value as Node | null, [...path, key.value])]);
      }
      return Object.fromEntries(entries);
    }
    if (isSeq(node)) return node.items.map((item, index) => read(item as Node | null, [...path, index]));
    return isScalar(node) ? node.value : null;
  }
}

const SYNTAX_FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Align it with the lines around it, and close what was opened.',
  BAD_ALIAS: 'Put the value in quotes: "*".',
  MISSING_CHAR: 'Add the missing character.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  BAD_DQ_ESCAPE: 'Put the value in single quotes, in which a backslash stands for itself.',
  BLOCK_AS_IMPLICIT_KEY: 'Put a value that holds a colon in quotes.',
};
