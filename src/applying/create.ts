import { createOnce } from '../idempotency/create-once.ts';
import type { Apply } from './context.ts';

export const creating: Apply<'CreateAgentActionGroup'> = (request, decision, { client, table, call, token }) => {
  const store = async () => ({ once: (await import('../idempotency/once.ts')).once, table: await table() });
  const { lambda, deadline } = call;
  return createOnce(request, decision, { client, store, lambda, deadline, token: token(request, decision) });
};
