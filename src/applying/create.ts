import { createOnce } from '../idempotency/create-once.ts';
import { whileInProgress } from '../idempotency/in-progress.ts';
import { fingerprint } from '../idempotency/key.ts';
import { wouldReplay } from '../idempotency/once.ts';
import type { Apply } from './context.ts';

type Creating = Apply<'CreateAgentActionGroup'>;

export const creating: Creating = (request, decision, { client, records, call, token }) => {
  const { lambda, deadline } = call;
  return createOnce(request, decision, { client, records, lambda, deadline, token: token(request, decision) });
};

/** The same, for callers who cannot be told to come back: a repeat waits for the first request, and gets its answer. */
export const creatingPatiently: Creating = (request, decision, context) => {
  const { call, records, token } = context;
  const key = token(request, decision);
  const attempt = () => creating(request, decision, context);
  if (key === undefined) return attempt();
  const asked = { key, fingerprint: fingerprint(request.actionGroup), owner: decision.id, lambda: call.lambda };
  const look = async () => {
    await wouldReplay(records, asked);
  };
  return whileInProgress(attempt, look, call.deadline);
};
