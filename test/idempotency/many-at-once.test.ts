/** A hundred equal requests at once: one commit, and its id for everyone, at once or on the retry they are told to make. */
import { afterAll, expect, test } from 'vitest';
import { breakableService } from '../support/breakable-service.ts';
import { type ChildService, startChildService } from '../support/child-service.ts';
import type { Reply } from '../support/create-call.ts';
import { freshToken, group, startService } from '../support/service.ts';

const service = breakableService();
const children: ChildService[] = [];
afterAll(() => Promise.all(children.map(({ kill }) => kill())));

/** Every answer names the one commit, or says when to come again, and the answer is there then. */
async function expectOneGroup(
  replies: readonly Reply[],
  ledger: readonly { readonly actionGroupId?: string }[],
  retry: (index: number) => Promise<Reply>,
): Promise<void> {
  const created = { status: 201, id: ledger[0]?.actionGroupId };
  const facts = ({ status, body }: Reply) => ({ status, id: body.agentActionGroup?.actionGroupId });
  expect(ledger).toHaveLength(1);
  for (const [index, reply] of replies.entries()) {
    if (reply.status === 201) {
      expect(facts(reply)).toEqual(created);
      continue;
    }
    // On a machine that is busy with much else, the embedded store may not come to answer all of a hundred in time.
    expect(['REQUEST_IN_PROGRESS', 'STORE_UNAVAILABLE']).toContain(reply.body.code);
    expect(reply.body.retryable).toBe(true);
    expect(Number(reply.headers['retry-after'] ?? reply.headers['Retry-After'])).toBeGreaterThan(0);
    expect(facts(await retry(index))).toEqual(created);
  }
  expect(replies.map(({ status }) => status)).toContain(201);
  expect(ledger).toHaveLength(1);
}

test('over HTTP, to one process', async () => {
  const local = await startService();
  try {
    const token = freshToken();
    const send = async (): Promise<Reply> => {
      const { status, headers, json } = await local.post(group({ clientToken: token }));
      return { status, headers: headers as Reply['headers'], body: json };
    };
    const replies = await Promise.all(Array.from({ length: 100 }, send));
    await expectOneGroup(replies, local.bedrock.ledger, send);
  } finally {
    await local.close();
  }
});

test('to four processes, which share nothing but DynamoDB and Bedrock', async () => {
  const token = freshToken();
  children.push(...(await Promise.all(Array.from({ length: 4 }, () => startChildService(service.config)))));
  const send = (index: number) => children[index % children.length]!.create({ token });
  const replies = await Promise.all(Array.from({ length: 100 }, (_, index) => send(index)));
  await expectOneGroup(replies, service.bedrock.ledger, send);
});
