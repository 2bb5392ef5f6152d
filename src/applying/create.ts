import { createOnce } from '../idempotency/create-once.ts';
import { whileInProgress } from '../idempotency/in-progress.ts';
import { fingerprint } from '../idempotency/key.ts';
import { remembered } from '../remembered.ts';
import type { Apply } from './context.ts';

type Creating = Apply<'CreateAgentActionGroup'>;

/** Node looks for a module anew at each `import()`, however often it was found. */
const idempotency = remembered(() => import('../idempotency/once.ts'));

export const creating: Creating = (request, decision, { client, table, call, token }) => {
  const store = async () => ({ once: (await idempotency()).once, table: await table() });
  const { lambda, deadline } = call;
  return createOnce(request, decision, { client, store, lambda, deadline, token: token(request, decision) });
};

/** The same, for callers who cannot be told to come back: a repeat waits for the first request, and gets its answer. */
export const creatingPatiently: Creating = (request, decision, context) => {
  const { call, table, token } = context;
  const key = token(request, decision);
  const attempt = () => creating(request, decision, context);
  if (key === undefined) return attempt();
  const asked = { key, fingerprint: fingerprint(request.actionGroup), owner: decision.id, lambda: call.lambda };
  const look = async () => {
    const { wouldReplay } = await idempotency();
    await wouldReplay(await table(), asked);
  };
  return whileInProgress(attempt, look, call.deadline);
};
