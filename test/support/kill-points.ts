/** Where a function may be killed while it makes a group for a token: at each point where it leaves something behind. */
import type { BreakableService } from './breakable-service.ts';

export interface KillPoint {
  readonly where: string;
  /** Makes it hang there. */
  readonly hang: () => void;
  /** Whether it has come there. */
  readonly reached: () => unknown;
  /** Whether Bedrock has committed by then. */
  readonly committed: boolean;
  /** Whether a retry has to ask Bedrock again although it has committed. */
  readonly asksAgain?: true;
}

const operation = 'CreateAgentActionGroup';

export function killPoints(service: BreakableService): KillPoint[] {
  return [
    {
      where: 'before the record is written',
      hang: () => service.store.fault({ operation: 'PutItem', do: 'hang', times: 9 }),
      reached: () => service.store.calls.includes('PutItem'),
      committed: false,
    },
    {
      where: 'after the record is written, before it knows',
      hang: () => service.store.fault({ operation: 'PutItem', do: 'keep-answer', times: 9 }),
      reached: async () => (await service.records()).length === 1,
      committed: false,
    },
    {
      where: 'before Bedrock commits',
      hang: () => service.bedrock.fault({ kind: 'hang', operation, times: 3 }),
      reached: () => service.bedrock.requests.some((request) => request.fault === 'hang'),
      committed: false,
    },
    {
      where: 'after Bedrock has committed, before it knows',
      hang: () => service.bedrock.fault({ kind: 'hang', when: 'after-commit', operation }),
      reached: () => service.bedrock.ledger.length === 1,
      committed: true,
      asksAgain: true,
    },
    {
      where: 'before the record is completed',
      hang: () => service.store.fault({ operation: 'UpdateItem', do: 'hang', times: 9 }),
      reached: () => service.store.calls.includes('UpdateItem'),
      committed: true,
      asksAgain: true,
    },
    {
      where: 'after the record is completed, before the caller has the answer',
      hang: () => service.store.fault({ operation: 'UpdateItem', do: 'keep-answer', times: 9 }),
      reached: async () => (await service.records())[0]?.status === 'COMPLETED',
      committed: true,
    },
  ];
}
