/** A pattern told in words, and the text that was meant where one does not match. */
import { nearest } from '../nearest.ts';
import { pattern } from './pattern.ts';
import type { Syntax } from './syntax.ts';

/** "begins with payments-", where the pattern is as plain as that; else the pattern itself. To stand after a subject. */
export function patternInWords(source: string): string {
  const parts = partsOf(pattern(source).syntax);
  const start = parts[0]?.kind === 'start';
  const end = parts.length > 1 && parts.at(-1)?.kind === 'end';
  const literal = literalOf(parts.slice(start ? 1 : 0, end ? -1 : undefined));
  if (literal === undefined || literal === '') return `matches the pattern ${source}`;
  if (start && end) return `is ${literal}`;
  if (start) return `begins with ${literal}`;
  return end ? `ends with ${literal}` : `contains ${literal}`;
}

/** What the writer may have meant: the same text in other case, with dashes, or with what the pattern begins with. */
export function nearestMatch(source: string, text: string): string | undefined {
  if (text.length > 200 || !/^[\x20-\x7e]+$/.test(text)) return undefined;
  const parts = partsOf(pattern(source).syntax);
  const rest = parts.slice(1);
  const stop = rest.findIndex((part) => literalOf([part]) === undefined);
  const start = parts[0]?.kind === 'start' ? (literalOf(stop < 0 ? rest : rest.slice(0, stop)) ?? '') : '';
  const dashed = text.trim().replaceAll(/[ _]+/g, '-');
  const spellings = [text.toLowerCase(), dashed, dashed.toLowerCase(), text.toUpperCase()];
  const heads = [...spellings, text].map((spelling) => {
    const head = start === '' ? -1 : spelling.indexOf(start.at(-1) as string);
    const meant = head < 0 ? undefined : nearest(spelling.slice(0, head + 1), [start]);
    return meant === undefined ? start + spelling : start + spelling.slice(head + 1);
  });
  const { matches } = pattern(source);
  return [...spellings, ...heads].find((candidate) => candidate !== text && matches(candidate));
}

function partsOf(syntax: Syntax): readonly Syntax[] {
  return syntax.kind === 'sequence' ? syntax.parts.flatMap(partsOf) : [syntax];
}

function literalOf(parts: readonly Syntax[]): string | undefined {
  let literal = '';
  for (const part of parts) {
    if (part.kind !== 'one' || part.literal === undefined) return undefined;
    literal += part.literal;
  }
  return literal;
}
