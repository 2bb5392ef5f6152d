/** One hostile request of a campaign, made from its seed and number alone, and what is known of it beforehand. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { isValidBody } from './judged-body.ts';
import {
  type Change,
  credentials,
  type Effect,
  idleHeader,
  meaningfulHeader,
  otherMethod,
  strangeLabel,
  strangeMethod,
  strangePath,
  strangeQuery,
  strangeType,
} from './mutate-edge.ts';
import { strangeEvent } from './mutate-event.ts';
import { hugeJson, mutateJson } from './mutate-json.ts';
import { brokenText, garbled, respelt } from './mutate-text.ts';
import { type Draft, OPERATIONS, type Operation, targetOf, validDraft } from './operations.ts';
import { type Random, randomOf } from './random.ts';
import { SECRETS } from './secrets.ts';

export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface HostileCase {
  readonly operation: Operation;
  /** What was done to a valid request. */
  readonly did: readonly string[];
  /** Known by construction, or by the service model: never by asking the code under test. */
  readonly effect: Effect;
  readonly request: HostileRequest;
  readonly principal: { readonly arn: string } | undefined;
  /** Done to the event, where the case goes straight to the Lambda. */
  readonly changeEvent?: ((event: APIGatewayProxyEvent) => APIGatewayProxyEvent) | undefined;
}

/** A draft on its way, its body as text once bytes matter. */
interface Work {
  readonly draft: Draft;
  readonly changes: Change[];
  bytes?: Buffer;
  target?: string;
  changeEvent?: HostileCase['changeEvent'];
}

type Recipe = (random: Random, work: Work) => void;

const done = (work: Work, change: Change | undefined) => change !== undefined && work.changes.push(change);
const hasBody = ({ draft }: Work) => draft.body !== undefined;
const textOf = ({ draft }: Work) => JSON.stringify(draft.body);
/** A body that no operation takes, where one is taken at all. */
const broken = ({ draft }: Work): Effect => (draft.operation.body === 'ignored' ? 'valid' : 'invalid');

const inJson =
  (mutate: typeof mutateJson): Recipe =>
  (random, work) => {
    if (!hasBody(work)) return void done(work, strangeLabel(random, work.draft));
    const { operation, labels } = work.draft;
    const { body, did } = mutate(random, work.draft.body);
    const text = JSON.stringify(body);
    work.draft.body = body;
    work.bytes = Buffer.from(text);
    const fits = work.bytes.length <= 1_048_576 && isValidBody(operation, JSON.parse(text), labels.actionGroupName);
    done(work, { did: `JSON: ${did}`, effect: fits ? 'valid' : 'invalid' });
  };

const inText: Recipe = (random, work) => {
  // A body where none is expected: not read on REST, read and refused as AWS protocol.
  const text = hasBody(work) ? textOf(work) : '{"a":1}';
  const { bytes, did } = brokenText(random, text);
  work.bytes = bytes;
  // JSON that an operation has no use for is not looked at further.
  const isIdle = did === 'no object' && work.draft.operation.bodyShape === undefined;
  done(work, { did: `text: ${did}`, effect: isIdle ? 'either' : broken(work) });
};

/** With weights: bodies are where most of the attack surface is. */
const RECIPES: readonly (readonly [number, Recipe])[] = [
  [8, () => {}],
  [34, inJson(mutateJson)],
  [14, inText],
  [0.6, inJson(hugeJson)],
  [
    2,
    (random, work) => {
      if (!hasBody(work)) return;
      const { bytes, did } = respelt(random, textOf(work));
      work.bytes = bytes;
      done(work, { did: `text: ${did}`, effect: 'valid' });
    },
  ],
  [
    5,
    (random, work) => {
      if (!hasBody(work)) return;
      const { bytes, did } = garbled(random, textOf(work));
      work.bytes = bytes;
      done(work, { did: `text: ${did}`, effect: 'either' });
    },
  ],
  [8, (random, work) => void done(work, strangeLabel(random, work.draft))],
  [8, (random, work) => void done(work, strangeQuery(random, work.draft))],
  [4, (random, work) => void done(work, strangeType(random, work.draft))],
  [6, (random, work) => void done(work, meaningfulHeader(random, work.draft))],
  [3, (random, work) => void done(work, strangeMethod(random, work.draft))],
  [2, (random, work) => void done(work, otherMethod(random, work.draft))],
  [
    4,
    (random, work) => {
      const { target, ...change } = strangePath(random, targetOf(work.draft));
      work.target = target;
      done(work, change);
    },
  ],
  [
    4,
    (random, work) => {
      const { change, ...told } = strangeEvent(random, work.draft.operation);
      work.changeEvent = change;
      done(work, told);
    },
  ],
];

const TOTAL = RECIPES.reduce((sum, [weight]) => sum + weight, 0);

/** Where a body is read there is more to go wrong. */
const OFTEN = OPERATIONS.flatMap((operation) =>
  Array<Operation>(operation.bodyShape === undefined ? 1 : 3).fill(operation),
);

/** @param groups ids of groups that exist, the same number for each case. @param straight to the Lambda, without a gateway */
export function caseOf(seed: number, caseNumber: number, groups: readonly string[], straight: boolean): HostileCase {
  const random = randomOf(seed, caseNumber);
  const operation = random.pick(OFTEN);
  const draft = validDraft(random, operation, groups);
  const work: Work = { draft, changes: [] };
  recipe(random)(random, work);
  // Idle headers come last: nothing they are joined to becomes valid or invalid by them.
  if (random.chance(0.3)) done(work, idleHeader(random, draft));
  if (straight && random.chance(0.1)) done(work, credentials(random, draft));
  const principal = random.pick([undefined, undefined, undefined, undefined, PLATFORM, TRAVEL, STRANGER]);
  const body = work.bytes ?? (draft.body === undefined ? Buffer.alloc(0) : Buffer.from(textOf(work)));
  const target = work.target ?? targetOf(draft);
  const effects = work.changes.map(({ effect }) => effect);
  return {
    operation,
    did: work.changes.map(({ did }) => did),
    effect: joined(effects),
    request: { method: draft.method, target, headers: draft.headers, body },
    principal,
    changeEvent: straight ? work.changeEvent : undefined,
  };
}

function recipe(random: Random): Recipe {
  let left = random.next() * TOTAL;
  for (const [weight, chosen] of RECIPES) {
    left -= weight;
    if (left < 0) return chosen;
  }
  return () => {};
}

function joined(effects: readonly Effect[]): Effect {
  if (effects.includes('either')) return 'either';
  return effects.includes('invalid') ? 'invalid' : 'valid';
}

/** What a success may repeat of it. */
export function shownBy({ request }: HostileCase): (keyof typeof SECRETS)[] {
  const carried = [...request.headers.map(([, value]) => value), request.body.toString('latin1')].join('\n');
  return carried.includes(SECRETS.token) ? ['payload', 'token'] : ['payload'];
}

/** To paste into a shell; bytes that a shell cannot carry are given by `printf`. */
export function asCurl({ request, principal }: Pick<HostileCase, 'request' | 'principal'>): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const headers = request.headers.map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`).join('');
  const shown = request.body.subarray(0, 3_000);
  const octal = Array.from(shown, (byte) =>
    byte >= 0x20 && byte < 0x7f && !`\\%'`.includes(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, '0')}`,
  ).join('');
  const whole = shown.length === request.body.length ? '' : ` # ${request.body.length} bytes in all`;
  const body = request.body.length === 0 ? '' : ' --data-binary @-';
  const pipe = request.body.length === 0 ? '' : `printf '${octal}' | `;
  const as = principal === undefined ? '' : ` # as ${principal.arn}`;
  return `${pipe}curl -i --path-as-is -X ${request.method} ${quoted(`http://127.0.0.1:3000${request.target}`)}${headers}${body}${as}${whole}`;
}
