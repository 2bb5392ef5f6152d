/** A campaign: the service, its emulators, and one hostile request after another. */

import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { EVERY_PART } from '../../src/applying/parts.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { proxyEvent } from '../../src/local/gateway/event.ts';
import { gatewayResponse } from '../../src/local/gateway/gateway-response.ts';
import { identityOf } from '../../src/local/gateway/identity.ts';
import { checkHead, splitTarget } from '../../src/local/gateway/request.ts';
import { type Match, type Route, routeFinder } from '../../src/local/gateway/route.ts';
import { routesOf } from '../../src/local/routes.ts';
import { startLocal } from '../../src/local/start.ts';
import { createServices } from '../../src/services.ts';
import { PAYMENTS, PRINCIPALS } from '../support/callers.ts';
import { asCurl, caseOf, type HostileCase, shownBy } from './cases.ts';
import { type Answered, type Asked, type Heard, judge } from './judged-answer.ts';
import { SECRETS } from './secrets.ts';
import { sendOverWire } from './wire.ts';

/**
 * Longest time a handler may take. Where Bedrock is asked, its answers are waited for, so there only the processor's time
 * counts, that of the emulators included. A preparation, which waits for others of its agent by design, is not measured.
 */
const LONGEST_MS = 250;
const POLICY = fileURLToPath(new URL('policy.yaml', import.meta.url));
/** Cases after which Bedrock is as at the start: groups that cases made do not fill quotas and pages for ever. */
const ERA = 100;

export interface Campaign {
  /** Runs one case; what is wrong is told with all that is needed to see it again. */
  run(seed: number, caseNumber: number): Promise<string | undefined>;
  /** How many cases ended how: `operation effect status`. */
  readonly tally: ReadonlyMap<string, number>;
  readonly slowestMs: () => number;
  close(): Promise<void>;
}

export async function startCampaign(): Promise<Campaign> {
  process.env.PORTCULLIS_PLANTED = SECRETS.environment;
  const lines: string[] = [];
  const principals = PRINCIPALS.map((principal) =>
    'secretAccessKey' in principal ? { ...principal, secretAccessKey: SECRETS.key } : principal,
  );
  const local = await startLocal(
    { PORT: '0', POLICY_FILE: POLICY, LOCAL_PRINCIPALS: JSON.stringify(principals) },
    (line) => void lines.push(line),
  );
  const bedrock = local.bedrock!;
  // The same service for callers who carry a proof of identity instead of a signature.
  const proving = await startLocal(
    {
      PORT: '0',
      POLICY_FILE: POLICY,
      LOCAL_AUTH: 'proof',
      LOCAL_PRINCIPALS: JSON.stringify(principals),
      AWS_ENDPOINT_URL_DYNAMODB: local.config.endpoints.dynamodb!.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: bedrock.url,
    },
    (line) => void lines.push(line),
  );
  const findRoute = routeFinder(routesOf(createServices(local.config, EVERY_PART, (line) => void lines.push(line))));
  const tally = new Map<string, number>();
  let groups: string[] = [];
  let era = -1;
  let slowestMs = 0;

  async function newEra(): Promise<void> {
    bedrock.reset();
    bedrock.configure({ prepareMs: 0 });
    bedrock.agents.put('TRAVEL2345');
    groups = await Promise.all(['one', 'two', 'three'].map((name) => makeGroup(bedrock.url, name)));
  }

  /** What happened meanwhile; forgets it. */
  function heardDuring<T>(work: () => Promise<T>): Promise<{ got: T; heard: Heard }> {
    const [requests, commits] = [bedrock.requests.length, bedrock.ledger.length];
    lines.length = 0;
    return work().then((got) => ({
      got,
      heard: {
        calls: bedrock.requests.slice(requests).map(({ operation }) => operation),
        commits: bedrock.ledger
          .slice(commits)
          .map(({ operation }) => operation)
          .filter((name) => name !== 'PrepareAgent'),
        lines: [...lines],
      },
    }));
  }

  async function straight(hostile: HostileCase): Promise<Answered & { ms: number }> {
    const made = lambdaCall(hostile, findRoute);
    if ('status' in made) return { ...made, ms: 0 };
    const { route, event } = made;
    const context = lambdaContext({
      functionName: route.functionName ?? '',
      region: 'us-east-1',
      accountId: '111122223333',
      timeoutMs: 28_000,
      now: Date.now,
    });
    const start = performance.now();
    const result = await route.handler(event, context);
    const ms = performance.now() - start;
    const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { status: result.statusCode, headers: Object.fromEntries(headers), text: result.body ?? '', ms };
  }

  async function run(seed: number, caseNumber: number): Promise<string | undefined> {
    const isWire = caseNumber % 20 === 19;
    if (Math.floor(caseNumber / ERA) !== era) {
      era = Math.floor(caseNumber / ERA);
      await newEra();
    }
    const place = `seed ${seed}, case ${caseNumber}`;
    if (isWire) {
      const { got, heard } = await heardDuring(() =>
        sendOverWire(seed, caseNumber, groups, { local, proving, principals }),
      );
      const { asked, answer, did, shown } = got;
      count(`${asked.operation.name} ${asked.effect} ${answer === 'closed' ? 'closed' : answer.status}`);
      const wrong = answer === 'closed' ? closedFaults(got.mayClose, heard) : judge(asked, answer, heard);
      return wrong.length === 0 ? undefined : told(place, did, wrong, answer, shown);
    }

    const hostile = caseOf(seed, caseNumber, groups, true);
    const { got, heard } = await heardDuring(() => straight(hostile));
    count(`${hostile.operation.name} ${hostile.effect} ${got.status}`);
    const wrong = judge(askedBy(hostile), got, heard);
    const ms = heard.calls.includes('PrepareAgent') ? 0 : got.ms > LONGEST_MS ? await alone(hostile, got.ms) : got.ms;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > LONGEST_MS) wrong.push(`takes ${Math.round(ms)} ms, alone and at best`);
    return wrong.length === 0 ? undefined : told(place, hostile.did, wrong, got, asCurl(hostile));
  }

  /** A machine may be busy with something else: only a case that is slow each time is. */
  async function alone(hostile: HostileCase, firstMs: number): Promise<number> {
    let best = firstMs;
    for (let again = 0; again < 3 && best > LONGEST_MS; again++) {
      const [calls, before] = [bedrock.requests.length, process.cpuUsage()];
      const { ms } = await straight(hostile);
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, bedrock.requests.length > calls ? (user + system) / 1_000 : ms);
    }
    return best;
  }

  function count(what: string): void {
    tally.set(what, (tally.get(what) ?? 0) + 1);
  }

  return {
    run,
    tally,
    slowestMs: () => slowestMs,
    close: async () => {
      await proving.close();
      await local.close();
    },
  };
}

function told(
  place: string,
  did: readonly string[],
  wrong: readonly string[],
  answer: unknown,
  request: string,
): string {
  const got = typeof answer === 'string' ? answer : JSON.stringify(answer).slice(0, 1_500);
  return [
    `${place}: ${did.join('; ')}`,
    ...[...new Set(wrong)].map((each) => `  ${each}`),
    `  ${request}`,
    `  -> ${got}`,
  ].join('\n');
}

function closedFaults(mayClose: boolean, { calls }: Heard): string[] {
  const wrong = mayClose ? [] : ['closes the connection without an answer'];
  return calls.length > 0 ? [...wrong, `asks Bedrock for half a request: ${calls.join(', ')}`] : wrong;
}

export function askedBy(hostile: HostileCase): Asked {
  const { operation, effect, request } = hostile;
  const { method, target } = request;
  const carried = `${target}${request.body.toString('latin1')}`;
  const bedrockMayRefuse = carried.includes('"payload"') || carried.includes('nextToken');
  return { operation, method, target, effect, shown: shownBy(hostile), bedrockMayRefuse };
}

/** The event that the gateway makes of a request, or its refusal. */
function lambdaCall(
  { request, principal, changeEvent }: HostileCase,
  findRoute: (method: string, path: string) => Match | undefined,
): { route: Route; event: APIGatewayProxyEvent } | Answered {
  const requestId = randomUUID();
  const { method, target, body } = request;
  const headers = request.headers.map(([name, value]): [string, string] => [name, value]);
  const refused = (refusal: Parameters<typeof gatewayResponse>[0]): Answered => {
    const { status, headers: named, body: text } = gatewayResponse(refusal, requestId);
    return {
      status,
      headers: Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), value])),
      text: String(text),
    };
  };
  const unfit = checkHead(method, target, headers);
  if (unfit !== undefined) return refused(unfit);
  const match = findRoute(method, splitTarget(target).path);
  if (match === undefined) return refused({ code: 'NOT_SIGNED', detail: 'There is no such path.' });
  const received = { method, target, ...splitTarget(target), headers, body };
  const arrival = {
    requestId,
    receivedAtEpochMs: Date.now(),
    sourceIp: '127.0.0.1',
    port: 0,
    apiAccountId: '111122223333',
  };
  const event = proxyEvent(received, match, identityOf(principal ?? PAYMENTS), arrival);
  // As Lambda hands it over: JSON.
  return { route: match.route, event: JSON.parse(JSON.stringify(changeEvent?.(event) ?? event)) };
}

async function makeGroup(url: string, actionGroupName: string): Promise<string> {
  const made = await fetch(`${url}/agents/AGENT12345/agentversions/DRAFT/actiongroups/`, {
    method: 'PUT',
    body: JSON.stringify({ actionGroupName, actionGroupState: 'DISABLED' }),
  });
  return ((await made.json()) as { agentActionGroup: { actionGroupId: string } }).agentActionGroup.actionGroupId;
}
