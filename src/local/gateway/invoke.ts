/** Runs a handler as Lambda would, JSON in and JSON out and against the clock, and checks that its result is a proxy result. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import * as v from 'valibot';
import type { Refusal } from '../../http/gateway-response.ts';
import type { Answer } from './answer.ts';

/** Lambda's limit on an event and on a result, counted as JSON. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export type Outcome =
  | { readonly answer: Answer }
  | { readonly refusal: Refusal /** For the operator, never the caller. */; readonly cause?: unknown };

export type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const HeaderValue = v.union([v.string(), v.number(), v.boolean()]);

/** API Gateway refuses members that it does not know, as it refuses a body that is not a string. */
const ProxyResult = v.strictObject({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.nullish(v.record(v.string(), HeaderValue)),
  multiValueHeaders: v.nullish(v.record(v.string(), v.array(HeaderValue))),
  body: v.nullish(v.string()),
  isBase64Encoded: v.nullish(v.boolean()),
});

/** The framing of the answer is the gateway's business. */
const OURS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** A handler that is over its time cannot be stopped here; its answer is dropped and its failure reaches `late`. */
export async function invoke(
  handler: Handler,
  event: APIGatewayProxyEvent,
  context: Context,
  timeoutMs: number,
  late: (error: unknown) => void,
): Promise<Outcome> {
  const payload = JSON.stringify(event);
  if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
    return {
      refusal: {
        code: 'BODY_TOO_LARGE',
        detail: `The request makes an event of ${Buffer.byteLength(payload)} bytes; ${MAX_PAYLOAD_BYTES} are allowed.`,
      },
    };
  }
  const running = (async () => handler(JSON.parse(payload), context))();
  try {
    const result = await withinTime(running, timeoutMs, late);
    if (result !== 'timeout') return { answer: answerOf(result) };
    const detail = `Endpoint request timed out after ${timeoutMs} ms.`;
    return { refusal: { code: 'INTEGRATION_TIMEOUT', detail } };
  } catch (cause) {
    return { refusal: { code: 'INTEGRATION_FAILED', message: 'Internal server error' }, cause };
  }
}

/** What `running` comes to, or `timeout`; a failure after that goes to `late`. */
export async function withinTime<T>(
  running: Promise<T>,
  timeoutMs: number,
  late: (error: unknown) => void,
): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'timeout');
  });
  try {
    const result = await Promise.race([running, timeout]);
    if (result === 'timeout') running.catch(late);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws {Error} when this is no proxy result. */
function answerOf(returned: unknown): Answer {
  const json = JSON.stringify(returned) ?? 'null';
  if (Buffer.byteLength(json) > MAX_PAYLOAD_BYTES) throw new Error(`The result exceeds ${MAX_PAYLOAD_BYTES} bytes.`);
  const result = v.parse(ProxyResult, JSON.parse(json));
  const headers = headersOf(result);
  for (const [name, value] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type'))
    headers.push(['Content-Type', 'application/json']);
  return {
    status: result.statusCode,
    headers,
    body: Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** Both kinds merged: a pair that is in both is sent once. */
function headersOf({ headers, multiValueHeaders }: v.InferOutput<typeof ProxyResult>): [string, string][] {
  const several = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, String(value)]),
  );
  const single = Object.entries(headers ?? {})
    .map(([name, value]): [string, string] => [name, String(value)])
    .filter(
      ([name, value]) => !several.some((pair) => pair[0].toLowerCase() === name.toLowerCase() && pair[1] === value),
    );
  return [...single, ...several].filter(([name]) => !OURS.has(name.toLowerCase()));
}
