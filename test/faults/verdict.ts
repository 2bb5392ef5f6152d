/** Whether each operation was answered as the ledger and the audit trail have it. */
import { expect } from 'vitest';
import type { Ask } from '../support/ask.ts';
import type { Bench } from './bench.ts';
import type { LambdaReply } from './lambda.ts';
import { type OperationCase, ready } from './operations.ts';

export interface Asked {
  readonly requests: readonly Ask[];
  readonly replies: readonly (LambdaReply | undefined)[];
}

type Options = NonNullable<Parameters<Bench['ask']>[1]>;

/**
 * Asks for all operations at once, each of an agent of its own, under a fault, and expects of every answer
 * - that it came before its Lambda's end, from a stage that knew the decision and put its one outcome on record;
 * - that a write's success is in the ledger, under the id that it names;
 * - that what is in the ledger is no failure in the audit trail.
 */
export async function expectTruth(
  bench: Bench,
  cases: readonly OperationCase[],
  breaks: () => void,
  options: Options = {},
): Promise<Asked> {
  const requests = await Promise.all(cases.map((operation) => ready(bench, operation)));
  breaks();
  const before = bench.bedrock.ledger.length;
  const replies = await Promise.all(requests.map((request) => bench.ask(request, options)));
  const committed = bench.bedrock.ledger.slice(before);

  const seen = cases.map(({ name, writes, agentId }, index) => {
    const reply = replies[index];
    const decisionId = reply?.headers['x-decision-id'];
    const records = bench.audits().filter((audit) => audit.decisionId === decisionId && audit.phase !== 'preparation');
    const made = committed.filter((entry) => entry.agentId === agentId);
    const claimed = writes && reply !== undefined && reply.status < 300;
    const id = claimed ? reply.body?.agentActionGroup?.actionGroupId : undefined;
    const named = made.length > 0 && (id === undefined || made.some(({ actionGroupId }) => actionGroupId === id));
    const disowned = made.length > 0 && records.some(({ disposition }) => disposition === 'failed');
    return [
      name,
      {
        answered: reply !== undefined,
        onRecord: records.map(({ phase }) => phase),
        truthful: claimed ? named : !disowned,
      },
    ];
  });
  const well = { answered: true, onRecord: ['attempt', 'outcome'], truthful: true };
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(cases.map(({ name }) => [name, well])));
  return { requests, replies };
}

/** Sends again what was sent under the fault, now that it is over: every creation with a token comes to its one group. */
export async function expectOneGroupEach(
  bench: Bench,
  cases: readonly OperationCase[],
  { requests }: Asked,
  options: Options = {},
): Promise<void> {
  const creations = cases.flatMap(({ name, agentId }, index) => {
    const request = requests[index]!;
    const isCreation = 'clientToken' in ((request.body ?? {}) as object) && !request.target.includes('dryRun');
    return isCreation ? [{ name, agentId, request }] : [];
  });
  await Promise.all(
    creations.map(async ({ name, agentId, request }) => {
      const reply = await bench.ask(request, options);
      const made = bench.bedrock.ledger.filter(
        (entry) => entry.agentId === agentId && entry.operation === 'CreateAgentActionGroup',
      );
      const succeeded = reply !== undefined && reply.status < 300;
      expect({ name, succeeded, ids: made.map(({ actionGroupId }) => actionGroupId) }).toEqual({
        name,
        succeeded: true,
        ids: [reply?.body.agentActionGroup?.actionGroupId],
      });
    }),
  );
}
