import { wouldReplay } from '../idempotency/once.ts';
import { CHANGING } from './changing.ts';

/**
 * What the stages of some operations need and others do not. Each handler hands in no more than its own can come to need, as it
 * does with what it applies, and its bundle carries nothing else; asking for another is a fault of the program.
 */
export type Parts = typeof EVERY_PART;

/** An operation that may create a group needs all of them: a token may be known already. */
export const EVERY_PART = { ...CHANGING, wouldReplay };
