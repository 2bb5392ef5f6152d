/** How an operation asks Bedrock: each handler says what it does, and so its bundle carries nothing else. */
import type { LeasedAgent } from '../bedrock/agent-lease.ts';
import type { BedrockClient } from '../bedrock/client.ts';
import type { CallContext } from '../bedrock/read.ts';
import type { Call } from '../http/serve.ts';
import type { OnceTable } from '../idempotency/once.ts';
import type { Operation } from '../policy/request.ts';
import type { Applied, Decision, Request } from '../provisioning.ts';

export interface ApplyContext {
  readonly client: BedrockClient;
  /** The table of idempotency records and leases. */
  readonly records: OnceTable;
  readonly call: Call;
  readonly agentOf: (request: { agentId: string }) => LeasedAgent;
  readonly reading: (decision: Decision) => CallContext;
  /** The token for Bedrock, where the caller gave one. */
  readonly token: (request: Request, decision: Decision) => string | undefined;
}

export type Apply<O extends Operation> = (
  request: Request<O>,
  decision: Decision,
  context: ApplyContext,
) => Promise<Applied<O>>;

/** What a handler carries out; a request of another operation is a fault of the program. */
export type Applies<O extends Operation = Operation> = { readonly [Each in O]: Apply<Each> };
