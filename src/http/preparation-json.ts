import type { Preparation } from '../bedrock/prepare-agent.ts';

/** How far a change is live: only what the caller can use. */
export function presentPreparation({ status, failureReasons }: Preparation) {
  return { status, failureReasons };
}
