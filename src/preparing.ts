import { Problem } from './problem.ts';
import type { Request, Stages } from './provisioning.ts';

/**
 * A 202 says that the agent is being prepared, and clients wait for the end of that. So a call whose time ran out before
 * anything began is a failure.
 */
export function begun(stages: Stages<Request<'PrepareAgent'>>): typeof stages {
  return {
    ...stages,
    async apply(request, decision) {
      const applied = await stages.apply(request, decision);
      const { status, problem } = applied.result;
      if (['PREPARING', 'PREPARED', 'FAILED'].includes(status)) return applied;
      if (problem?.code === 'UPSTREAM_THROTTLED' || problem?.mayHaveCommitted) throw problem;
      throw new Problem('AGENT_BUSY', {
        detail: `The agent could not be prepared in time: it is ${status}, and others change or prepare it. Send the same request again.`,
        retryAfterSeconds: 5,
      });
    },
  };
}
