/** The parts of the operations that may create a group: a token may be known already. */
import { wouldReplay } from '../idempotency/once.ts';
import { CHANGING } from './changing.ts';
import type { Parts } from './parts.ts';

export const CREATING: Parts = { ...CHANGING, wouldReplay };
