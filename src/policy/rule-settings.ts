import type { Entries } from './document/schema.ts';
import { RULES } from './rules/index.ts';

/** The settings that each rule takes, by its id: for whoever reads documents. Whoever decides has settings that were read. */
export const SETTINGS: ReadonlyMap<string, Entries> = new Map(Array.from(RULES, ([id, rule]) => [id, rule.settings]));
