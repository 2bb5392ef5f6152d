/**
 * Faults on request: what a network and a service can do to one call, queued by a test.
 *
 * A request meets at most one fault: the oldest queued for its operation (or `*`). With `when: 'before-commit'`, the
 * default, the fault stands at the door and the operation is not executed. With `'after-commit'` the operation is executed
 * and then the caller is kept from hearing it; a request that the operation refuses does not use such a fault up.
 * `delayMs` waits first, at the same place. So a lost answer is `drop` after the commit, and a late commit is a `delay` before
 * it with a caller who gives up sooner: a request that was received is executed, even if nobody waits for its answer.
 */
import { AwsFailure, type Field, overQuota, throttled } from './failure.ts';
import { isOperation, type OperationName } from './model.ts';

export interface FaultBase {
  /** `*`, the default, is any operation. */
  readonly operation?: OperationName | '*';
  readonly when?: 'before-commit' | 'after-commit';
  /** How many requests meet it; 1 unless told. */
  readonly times?: number;
  readonly delayMs?: number;
}

export type Fault = FaultBase &
  (
    | { readonly kind: Exclude<FaultKind, 'custom' | 'nonsense'> }
    | {
        readonly kind: 'custom';
        readonly status: number;
        readonly type: string;
        readonly message: string;
        readonly fieldList?: readonly Field[];
      }
    /** 200 with something else than the answer: an HTML page, JSON cut in half, or `{}`. */
    | { readonly kind: 'nonsense'; readonly answer: 'html' | 'truncated' | 'empty-object' }
  );

const FAULT_KINDS = [
  'throttle',
  'error',
  'unavailable',
  'access-denied',
  'expired-token',
  'unrecognized-client',
  'quota',
  'custom',
  'nonsense',
  /** Only waits, for `delayMs`; the answer is the true one. */
  'delay',
  /** Never answers; the connection stays open until the caller, or the emulator, closes it. */
  'hang',
  /** Destroys the connection. */
  'drop',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a fault does instead of the true answer; a mere delay does nothing instead. */
export type Effect =
  | { readonly do: 'answer'; readonly status: number; readonly contentType: string; readonly text: string }
  | { readonly do: 'fail'; readonly failure: AwsFailure }
  | { readonly do: 'hang' }
  | { readonly do: 'drop' };

export interface Faults {
  /** @throws {TypeError} for a fault that does not exist: a test that misspells one must not pass. */
  add(fault: Fault): void;
  /** The fault that a request of this operation meets; it stays queued until spent. */
  first(operation: OperationName): Fault | undefined;
  spend(fault: Fault): void;
  queued(): readonly Fault[];
  clear(): void;
}

export function createFaults(): Faults {
  let queue: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      requireFault(fault);
      queue.push({ fault: { ...fault }, left: fault.times ?? 1 });
    },
    first: (operation) => queue.find(({ fault }) => [undefined, '*', operation].includes(fault.operation))?.fault,
    spend(fault) {
      const entry = queue.find((candidate) => candidate.fault === fault);
      if (entry !== undefined) entry.left -= 1;
      queue = queue.filter(({ left }) => left > 0);
    },
    queued: () => queue.map(({ fault, left }) => ({ ...fault, times: left })),
    clear() {
      queue = [];
    },
  };
}

export function effectOf(fault: Fault, operation: OperationName, accountId: string): Effect | undefined {
  const fail = (status: number, type: string, message: string): Effect => ({
    do: 'fail',
    failure: new AwsFailure(status, type, message),
  });
  switch (fault.kind) {
    case 'delay':
      return undefined;
    case 'hang':
    case 'drop':
      return { do: fault.kind };
    case 'nonsense':
      return NONSENSE[fault.answer];
    case 'custom':
      return { do: 'fail', failure: new AwsFailure(fault.status, fault.type, fault.message, fault.fieldList) };
    case 'throttle':
      return { do: 'fail', failure: throttled() };
    case 'quota':
      return { do: 'fail', failure: overQuota('action-groups-per-agent', 20, accountId, 21) };
    case 'error':
      return fail(500, 'InternalServerException', 'An internal server error occurred. Retry your request.');
    case 'unavailable':
      return fail(503, 'ServiceUnavailableException', 'Service is unable to handle request.');
    case 'expired-token':
      return fail(403, 'ExpiredTokenException', 'The security token included in the request is expired');
    case 'unrecognized-client':
      return fail(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    case 'access-denied':
      return fail(
        403,
        'AccessDeniedException',
        `User: arn:aws:sts::${accountId}:assumed-role/emulated/session is not authorized to perform: ` +
          `bedrock:${operation} because no identity-based policy allows the bedrock:${operation} action`,
      );
  }
}

const NONSENSE: Readonly<Record<'html' | 'truncated' | 'empty-object', Effect>> = {
  html: { do: 'answer', status: 200, contentType: 'text/html', text: '<!doctype html><title>Welcome</title>' },
  truncated: { do: 'answer', status: 200, contentType: 'application/json', text: '{"agentActionGroup":{"actionGr' },
  'empty-object': { do: 'answer', status: 200, contentType: 'application/json', text: '{}' },
};

function requireFault(fault: Fault): void {
  const refuse = (what: string) => {
    throw new TypeError(`Not a fault: ${what} in ${JSON.stringify(fault)}.`);
  };
  if (!FAULT_KINDS.includes(fault.kind)) refuse(`kind is one of ${FAULT_KINDS.join(', ')}`);
  const { operation = '*', when = 'before-commit', times = 1, delayMs = 0 } = fault;
  if (operation !== '*' && !isOperation(operation)) refuse('there is no such operation');
  if (when !== 'before-commit' && when !== 'after-commit') refuse('when is before-commit or after-commit');
  if (!Number.isInteger(times) || times < 1) refuse('times is a positive integer');
  if (!(delayMs >= 0) || (fault.kind === 'delay' && !(delayMs > 0))) refuse('delayMs is a number of milliseconds');
  if (fault.kind === 'nonsense' && !Object.hasOwn(NONSENSE, fault.answer))
    refuse('answer is html, truncated or empty-object');
  if (fault.kind === 'custom' && !(fault.status >= 400 && fault.status <= 599 && fault.type && fault.message)) {
    refuse('a custom fault has a status of 400 to 599, a type and a message');
  }
}
