/** Each file in `events/` ends with the status in its name, under the shipped policy and the condition that its name says. */
import { readdirSync, readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Config } from '../src/config.ts';
import type { Fault } from '../src/local/bedrock/faults.ts';
import { routesOf } from '../src/local/routes.ts';
import type { Services } from '../src/services.ts';
import { behind } from './support/ask.ts';
import { eventOf, type Invocation, invoke } from './support/invoke.ts';
import { NOWHERE, type Service, startService } from './support/service.ts';

const SHIPPED_POLICY = 'policy/organisation.yaml';
/** The SDK sends a call three times. */
const EVERY_ATTEMPT = 3;

let service: Service;
beforeAll(async () => {
  service = await startService({ policy: SHIPPED_POLICY });
});
beforeEach(() => service.reset());
afterAll(() => service.close());

/** What differs from an invocation in a healthy world. */
interface World extends Invocation {
  readonly config?: Partial<Config>;
  /** Replaces the file's. */
  readonly event?: APIGatewayProxyEvent;
  /** Ends what the condition began. */
  readonly after?: () => Promise<unknown>;
}

const fault = (...faults: Fault[]): World => {
  service.bedrock.fault(...faults);
  return {};
};
const answeredBefore = async (event: APIGatewayProxyEvent): Promise<World> => {
  expect((await invoke(service.config, event)).status).toBe(201);
  return {};
};
const unreachable = (part: 'bedrockAgent' | 'dynamodb'): World => {
  const { endpoints } = service.config;
  return { config: { endpoints: { ...endpoints, [part]: { ...endpoints[part], endpoint: NOWHERE } } } };
};
const everyAttempt = { times: EVERY_ATTEMPT };

/** Stands in an event for the id of the group that it is about, which Bedrock gives. */
const THE_GROUP = 'GROUP12345';

/** The event about a group that is there: named `bookings`, enabled, as a team made it by another way. */
const aboutGroup = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyEvent> => {
  const text = JSON.stringify(event);
  return text.includes(THE_GROUP) ? JSON.parse(text.replaceAll(THE_GROUP, (await behind(service).make()).id)) : event;
};

/** Every condition that an event cannot carry; `events/README.md` tells the same to people. */
const CONDITIONS: Readonly<Record<string, (event: APIGatewayProxyEvent) => World | Promise<World>>> = {
  replayed: answeredBefore,
  'answer-lost': () => fault({ kind: 'drop', when: 'after-commit' }),
  'agent-gone': () => fault({ kind: 'custom', status: 404, type: 'ResourceNotFoundException', message: 'Gone.' }),
  'name-taken': answeredBefore,
  'in-progress': async (event) => {
    fault({ kind: 'delay', delayMs: 60_000 });
    const first = invoke(service.config, event);
    await vi.waitUntil(() => service.bedrock.requests.length === 1);
    return {
      async after() {
        service.bedrock.reset(); // which ends the delay
        expect((await first).status).toBe(201);
      },
    };
  },
  'agent-busy': () => {
    service.bedrock.agents.setStatus('AGENT12345', 'PREPARING');
    return { remainingMs: 2_500 }; // the wait for the agent is a share of this
  },
  'agent-versioning': () => {
    service.bedrock.agents.setStatus('AGENT12345', 'VERSIONING');
    return { remainingMs: 2_500 };
  },
  'group-gone': () => ({}),
  'group-disabled': async ({ path }) => {
    const id = /\/([0-9A-Z]{10})\/?$/.exec(path)![1]!;
    await behind(service).change(id, { actionGroupState: 'DISABLED' });
    return {};
  },
  'other-has-the-name': async () => {
    await behind(service).make({ actionGroupName: 'reservations' });
    return {};
  },
  unchanged: answeredBefore,
  updated: async () => {
    await behind(service).make({ description: 'Another description.' });
    return {};
  },
  'prepare-fails': () => {
    service.bedrock.agents.failNextPrepare('AGENT12345', 'The role cannot be assumed.');
    return {};
  },
  'body-over-1-mb': (event) => ({ event: { ...event, body: event.body!.padEnd(1_048_577) } }),
  'token-reused': (event) => {
    const body = JSON.stringify({ ...JSON.parse(event.body!), description: 'Another body.' });
    return answeredBefore({ ...event, body });
  },
  'bedrock-throttles': () => fault({ kind: 'throttle', ...everyAttempt }),
  'bedrock-fails': () => fault({ kind: 'error', ...everyAttempt }),
  'bedrock-refuses-our-role': () => fault({ kind: 'access-denied' }),
  'bedrock-unavailable': () => fault({ kind: 'unavailable', ...everyAttempt }),
  'bedrock-unreachable': () => unreachable('bedrockAgent'),
  'store-unavailable': () => unreachable('dynamodb'),
  'policy-unavailable': () => ({ config: { policyFile: 'policy/no-such-file.yaml' } }),
  'audit-unavailable': () => ({
    write: () => {
      throw new Error('EPIPE');
    },
  }),
  'outcome-unknown': () => fault({ kind: 'drop', times: 2 * EVERY_ATTEMPT }),
  'outcome-unknown-without-token': () => fault({ kind: 'drop', times: 2 * EVERY_ATTEMPT }),
};

/** Ends for which the event alone is enough. */
const UNCONDITIONAL = [
  'signature',
  'openapi-in-s3',
  'openapi-in-body',
  'idempotency-key',
  'dry-run',
  'invalid-members',
  'invalid-agent-id',
  'malformed-json',
  'not-utf-8',
  'empty-body',
  'name-given-twice',
  'unknown-query-parameter',
  'tokens-differ',
  'schema-refused-by-bedrock',
  'lambda-outside-prefix',
  'signature-not-allowed',
  'return-control-not-allowed',
  'bucket-not-allowed',
  'not-your-agent',
  'caller-in-no-team',
  'quota-exceeded',
  'no-content-type',
  'one-a-page',
  'invalid-page-size',
  'invalid-group-id',
  'if-match',
  'malformed-if-match',
  'changed-since',
  'prepared',
  'names-differ',
  'disabled-first',
  'in-use-unchecked',
  'group-enabled',
  'waited-for',
  'denied',
  'create',
  'list',
  'read',
  'update',
  'prepare',
  'agent',
  'unknown-operation',
];

const FILES = readdirSync(new URL('../events/', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

const partsOf = (name: string) =>
  /^(?<operation>[a-z-]+)\.(?<status>\d{3})(?:\.(?<why>[a-z0-9-]+))?$/.exec(name)?.groups;

test.each(FILES)('%s', async (name) => {
  const { status, why } = partsOf(name) ?? {};
  const event = why === 'group-gone' ? eventOf(name) : await aboutGroup(eventOf(name));
  const world = (await CONDITIONS[why ?? '']?.(event)) ?? {};
  const reply = await invoke({ ...service.config, ...world.config }, world.event ?? event, world);
  await world.after?.();
  expect({ status: reply.status, body: reply.text }).toEqual({ status: Number(status), body: expect.any(String) });
});

test('every name says an operation, a status and a reason that is known here, and no reason is left without a file', () => {
  const whys = FILES.map((name) => partsOf(name)?.why);
  expect(FILES.filter((name) => partsOf(name) === undefined)).toEqual([]);
  expect(new Set(whys.filter((why) => why !== undefined))).toEqual(
    new Set([...Object.keys(CONDITIONS), ...UNCONDITIONAL]),
  );
});

test('each event goes to the operation in its name, and each operation has one', () => {
  const routes = routesOf({} as Services);
  const operations = FILES.map((name) => {
    const { resource, httpMethod } = eventOf(name);
    const route = routes.find(({ path, method }) => path === resource && (method === 'ANY' || method === httpMethod));
    expect([name, route?.functionName]).toEqual([name, partsOf(name)?.operation]);
    return route?.functionName;
  });
  expect(new Set(operations)).toEqual(new Set(routes.map(({ functionName }) => functionName)));
});

test('the README of the folder names exactly the conditions', () => {
  const readme = readFileSync(new URL('../events/README.md', import.meta.url), 'utf8');
  expect([...readme.matchAll(/^\| `(.+?)` +\|/gm)].map(([, why]) => why)).toEqual(Object.keys(CONDITIONS));
});
