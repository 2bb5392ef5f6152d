import type { Rule } from './rule.ts';
import { RULES } from './rules/index.ts';

/** What each rule is about, by its id: for whoever tells a caller what it may do. */
export const WORDS: ReadonlyMap<string, Pick<Rule, 'summary' | 'describe'>> = RULES;
