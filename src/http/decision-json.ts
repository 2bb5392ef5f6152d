import type { Decision } from '../provisioning.ts';
import type { RestAnswer } from './rest.ts';

/** What a dry run and an evaluation answer. */
export function presentDecision(decision: Decision): RestAnswer {
  return { status: 200, decision, body: { decision } };
}
