import { type Deadline, within } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import { Problem } from '../problem.ts';
import type { Applied, Decision, Request } from '../provisioning.ts';
import { type Provenance, pendingOf, provenanceOf } from './provenance.ts';
import type * as inDynamoDb from './store.ts';

export type ProvenanceStore = Pick<typeof inDynamoDb, 'addProvenance' | 'readProvenance'>;

export interface ProvenanceKeeper {
  /**
   * One call of DynamoDB for a request that changed a group, or may have, and none for another. Never throws: the change is
   * made, or failed for a reason of its own.
   */
  remember(request: Request, decision: Decision, outcome: Applied | Problem, deadline: Deadline): Promise<void>;
  /** @throws {Problem} `STORE_UNAVAILABLE`. */
  find(
    group: Pick<Provenance, 'agentId' | 'actionGroupId'>,
    deadline: Pick<Deadline, 'remainingMs'>,
  ): Promise<Provenance | undefined>;
}

/** The caller waits for it with the change made: what cannot be kept by then is not kept. */
const STORE_DEADLINE_MS = 2_000;

/** @param store reads and writes; a function that does neither has none */
export function provenanceKeeper(
  store: ProvenanceStore,
  table: inDynamoDb.ProvenanceTable,
  log: LineLogger,
): ProvenanceKeeper {
  return {
    async remember(request, decision, outcome, deadline) {
      const provenance =
        outcome instanceof Problem
          ? pendingOf(request, decision, Date.now())
          : provenanceOf(request, decision, outcome, Date.now());
      if (provenance === undefined) return;
      try {
        await inTime(deadline, (abortSignal) => store.addProvenance(table, provenance, abortSignal));
      } catch (error) {
        const { agentId, actionGroupId } = provenance;
        const cause = { name: (error as Error).name, message: (error as Error).message };
        log.error('Provenance could not be written.', { decisionId: decision.id, agentId, actionGroupId, cause });
      }
    },

    async find(group, deadline) {
      try {
        return await inTime(deadline, (abortSignal) => store.readProvenance(table, group, abortSignal));
      } catch (cause) {
        throw new Problem('STORE_UNAVAILABLE', {
          detail: 'What is known of this action group cannot be read. Send the same request again later.',
          retryAfterSeconds: 2,
          cause,
        });
      }
    },
  };
}

function inTime<T>({ remainingMs }: Pick<Deadline, 'remainingMs'>, call: (signal: AbortSignal) => Promise<T>) {
  return within(Math.min(STORE_DEADLINE_MS, remainingMs()), call);
}
