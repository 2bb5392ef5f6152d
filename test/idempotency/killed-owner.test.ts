/** The process that serves a request is killed with SIGKILL, at each point where it leaves something behind. */
import { afterEach, expect, test, vi } from 'vitest';
import { TOKEN_REPEATS } from '../../src/local/bedrock/settings.ts';
import { breakableService } from '../support/breakable-service.ts';
import { type ChildService, startChildService } from '../support/child-service.ts';
import type { Reply } from '../support/create-call.ts';
import { moveDate } from '../support/date.ts';
import { killPoints } from '../support/kill-points.ts';

const service = breakableService();

let child: ChildService | undefined;
afterEach(() => child?.kill());

const token = 'one-token-of-the-callers-own-choice-1';
const otherBody = { description: 'Another body.' };
const said = ({ status, body }: Reply) => `${status} ${body.code ?? body.agentActionGroup.actionGroupId}`;
const committed = () => service.bedrock.ledger.map(({ actionGroupId }) => actionGroupId);

/** What Bedrock answers to a repeat matters only where it has committed, and the record does not know. */
const cases = killPoints(service).flatMap(({ where, hang, reached, asksAgain }) =>
  (asksAgain ? TOKEN_REPEATS : (['same-group'] as const)).map((repeat) => [where, repeat, hang, reached] as const),
);

test.each(cases)(
  'killed %s (a repeat is answered with %s): the retry gets the one group',
  async (_where, tokenRepeat, hang, reached) => {
    service.bedrock.configure({ tokenRepeat });
    hang();
    child = await startChildService(service.config);
    child.create({ token }).catch(() => {});
    await vi.waitUntil(reached, { timeout: 10_000, interval: 5 });
    await child.kill();
    service.store.reset();
    service.bedrock.clearFaults();

    const asked = service.creations();
    const [record] = await service.records();
    if (record?.status === 'INPROGRESS') {
      expect(said(await service.create({ token }))).toBe('409 REQUEST_IN_PROGRESS');
      expect(said(await service.create({ token, group: otherBody }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
      moveDate(29_000);
      expect(said(await service.create({ token, group: otherBody }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
      expect(service.creations()).toBe(asked);
    }
    const replies = await Promise.all(Array.from({ length: 5 }, () => service.create({ token })));
    const theGroup = `201 ${committed()[0]}`;
    expect(committed()).toHaveLength(1);
    for (const reply of replies) expect([theGroup, '409 REQUEST_IN_PROGRESS']).toContain(said(reply));
    expect(said(await service.create({ token }))).toBe(theGroup);
    expect(service.creations() - asked).toBe(record?.status === 'COMPLETED' ? 0 : 1);
    expect(committed()).toHaveLength(1);
  },
);
