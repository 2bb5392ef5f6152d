/** The requests of a load, and what was answered to each: creations above all, many of them again with their token. */
import { randomUUID } from 'node:crypto';
import type { LoadRequest } from 'autocannon';
import { LOADED_AGENTS } from './service.ts';

/** A creation with its token, and every answer to it. */
export interface Creation {
  readonly name: string;
  readonly request: LoadRequest;
  /** Ids that answers with success named. */
  readonly ids: Set<string>;
  sent: number;
  succeeded: number;
}

export interface Mix {
  readonly creations: ReadonlyMap<string, Creation>;
  /** Names that may never be made: denied or invalid. */
  readonly forbidden: ReadonlySet<string>;
  next(context: Record<string, unknown>): LoadRequest;
  answered(context: Record<string, unknown>, status: number, body: string): void;
  /** Answers by kind of request and status. */
  readonly answers: Map<string, number>;
}

/** Of all requests, by kind; the rest are creations. */
const SHARES = { denied: 0.08, invalid: 0.04, list: 0.12, put: 0.06, evaluate: 0.05 };
/** So many of the latest tokens are sent again, on whatever connection comes next. */
const LATEST = 20;
const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';

/** @param duplicates the share of creations that repeat a token. */
export function createMix(duplicates: number, random: () => number = Math.random): Mix {
  const creations = new Map<string, Creation>();
  const forbidden = new Set<string>();
  const answers = new Map<string, number>();
  const latest: Creation[] = [];
  let count = 0;

  const groups = () => `/v1/agents/${LOADED_AGENTS[count % LOADED_AGENTS.length]}/versions/DRAFT/action-groups`;
  const group = (actionGroupName: string, members = {}) => ({
    actionGroupName,
    actionGroupExecutor: { lambda: LAMBDA },
    functionSchema: { functions: [{ name: 'book', description: 'Books a table.' }] },
    ...members,
  });

  function creation(): Creation {
    if (latest.length > 0 && random() < duplicates) return latest[Math.floor(random() * latest.length)]!;
    const name = `load-${count}`;
    const request = asJson('POST', groups(), group(name, { clientToken: randomUUID() }));
    const made = { name, request, ids: new Set<string>(), sent: 0, succeeded: 0 };
    creations.set(name, made);
    latest.push(made);
    if (latest.length > LATEST) latest.shift();
    return made;
  }

  function other(kind: keyof typeof SHARES): LoadRequest {
    const name = `${kind}-${count}`;
    switch (kind) {
      case 'denied':
        forbidden.add(name);
        return asJson(
          'POST',
          groups(),
          group(name, { actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'x-') } }),
        );
      case 'invalid':
        forbidden.add(name);
        return asJson('POST', groups(), group(name, { actionGroupState: 'enabled' }));
      case 'list':
        return { method: 'GET', path: groups(), headers: {} };
      case 'put':
        return asJson('PUT', `${groups()}/by-name/put-${count % 50}`, group(`put-${count % 50}`));
      case 'evaluate': {
        const place = { agentId: LOADED_AGENTS[0], agentVersion: 'DRAFT', actionGroup: group(name) };
        return asJson('POST', '/v1/policy/evaluations', { operation: 'CreateAgentActionGroup', ...place });
      }
    }
  }

  return {
    creations,
    forbidden,
    answers,
    next(context) {
      count += 1;
      let lot = random();
      for (const [kind, share] of Object.entries(SHARES) as [keyof typeof SHARES, number][]) {
        if (lot < share) {
          context.asked = kind;
          return other(kind);
        }
        lot -= share;
      }
      const one = creation();
      one.sent += 1;
      context.asked = one.name;
      return one.request;
    },
    answered({ asked }, status, body) {
      const one = creations.get(String(asked));
      const kind = `${one === undefined ? asked : 'create'} ${status}${status < 300 ? '' : ` ${codeIn(body)}`}`;
      answers.set(kind, (answers.get(kind) ?? 0) + 1);
      if (one === undefined || status >= 300) return;
      one.succeeded += 1;
      one.ids.add(JSON.parse(body).agentActionGroup.actionGroupId);
    },
  };
}

function asJson(method: string, path: string, body: object): LoadRequest {
  return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function codeIn(body: string): string {
  try {
    return JSON.parse(body).code ?? '';
  } catch {
    return '';
  }
}
