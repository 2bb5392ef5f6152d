/** Every operation of both surfaces, and valid requests of each: what is then made hostile. */
import type { Random } from './random.ts';
import { sample, sampleActionGroup } from './valid-values.ts';

export interface Operation {
  readonly surface: 'rest' | 'aws' | 'health';
  readonly name: string;
  readonly method: string;
  /** With `{label}`s. */
  readonly path: string;
  /** How the operation reads a body; `optional` reads one that is there. */
  readonly body: 'required' | 'optional' | 'ignored';
  /** What the body must be: a shape of the model, or one of ours. */
  readonly bodyShape?: string;
  /** Query parameters with their values; none other is taken. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** What its headers mean to it. */
  readonly takes?: readonly ('idempotency-key' | 'if-match')[];
  /** Never changes anything, nor asks Bedrock. */
  readonly answersAlone?: boolean;
}

const GROUPS = '/v1/agents/{agentId}/versions/{agentVersion}/action-groups';
const GROUP = `${GROUPS}/{actionGroupId}`;
const WRITE = { dryRun: ['true', 'false'], prepare: ['none', 'start', 'wait'] };
const AWS_GROUPS = '/aws/agents/{agentId}/agentversions/{agentVersion}/actiongroups/';
const AWS_GROUP = `${AWS_GROUPS}{actionGroupId}/`;
const CREATE = 'CreateAgentActionGroupRequest';
const UPDATE = 'UpdateAgentActionGroupRequest';
const FLAG = ['true', 'false'];

const rest = (name: string, method: string, path: string, rests: Partial<Operation> = {}): Operation => ({
  surface: 'rest',
  name,
  method,
  path,
  body: 'ignored',
  query: {},
  ...rests,
});
const aws = (name: string, method: string, path: string, rests: Partial<Operation> = {}): Operation => ({
  ...rest(name, method, path, rests),
  surface: 'aws',
  body: 'optional',
});

export const OPERATIONS: readonly Operation[] = [
  rest('create', 'POST', GROUPS, { body: 'required', bodyShape: CREATE, query: WRITE, takes: ['idempotency-key'] }),
  rest('list', 'GET', GROUPS, { query: { maxResults: ['1', '10', '1000'] } }),
  rest('get', 'GET', GROUP),
  rest('provenance', 'GET', `${GROUP}/provenance`),
  rest('update', 'PUT', GROUP, { body: 'required', bodyShape: UPDATE, query: WRITE, takes: ['if-match'] }),
  rest('put', 'PUT', `${GROUPS}/by-name/{actionGroupName}`, {
    body: 'required',
    bodyShape: UPDATE,
    query: WRITE,
    takes: ['if-match'],
  }),
  rest('delete', 'DELETE', GROUP, {
    query: { ...WRITE, skipResourceInUseCheck: FLAG, disableFirst: FLAG },
    takes: ['if-match'],
  }),
  rest('prepare', 'POST', '/v1/agents/{agentId}/prepare', { query: { wait: FLAG } }),
  rest('agent', 'GET', '/v1/agents/{agentId}'),
  rest('evaluate', 'POST', '/v1/policy/evaluations', {
    body: 'required',
    bodyShape: 'Evaluation',
    takes: ['idempotency-key'],
    answersAlone: true,
  }),
  rest('policy', 'GET', '/v1/policy', { answersAlone: true }),
  { ...rest('health', 'GET', '/health'), surface: 'health', answersAlone: true },
  aws('CreateAgentActionGroup', 'PUT', AWS_GROUPS, { bodyShape: CREATE }),
  aws('UpdateAgentActionGroup', 'PUT', AWS_GROUP, { bodyShape: UPDATE }),
  aws('GetAgentActionGroup', 'GET', AWS_GROUP),
  aws('ListAgentActionGroups', 'POST', AWS_GROUPS, { bodyShape: 'ListPage' }),
  aws('DeleteAgentActionGroup', 'DELETE', AWS_GROUP, { query: { skipResourceInUseCheck: FLAG } }),
  aws('PrepareAgent', 'POST', '/aws/agents/{agentId}/'),
  aws('GetAgent', 'GET', '/aws/agents/{agentId}/'),
];

/** Service model shape of each label. */
export const LABEL_SHAPES: Readonly<Record<string, string>> = {
  agentId: 'Id',
  agentVersion: 'DraftVersion',
  actionGroupId: 'Id',
  actionGroupName: 'Name',
};

/** A request before it is written down. */
export interface Draft {
  readonly operation: Operation;
  method: string;
  /** As they go into the path: percent-encoded. */
  labels: Record<string, string>;
  /** As they go on the wire. */
  query: string[];
  headers: [string, string][];
  /** JSON; undefined for none. */
  body: unknown;
}

/** @param groups ids of groups that exist, or may have existed */
export function validDraft(random: Random, operation: Operation, groups: readonly string[]): Draft {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  // Preparing waits for others' preparations, by design: mostly of agents that are not there.
  const isSlow = operation.name.startsWith('prepare') || operation.name === 'PrepareAgent';
  const labels: Record<string, string> = {
    agentId: random.chance(isSlow ? 0.03 : 0.9)
      ? 'AGENT12345'
      : random.chance(isSlow ? 0.01 : 0.5)
        ? 'TRAVEL2345'
        : random.text(10),
    agentVersion: 'DRAFT',
    actionGroupId: random.chance(0.9) ? random.pick(groups) : random.text(10),
    actionGroupName: sample(random, 'Name') as string,
  };
  const query = Object.entries(operation.query)
    .filter(([name]) => random.chance(name === 'prepare' ? 0.02 : 0.15))
    .map(([name, values]) => `${name}=${random.pick(values)}`);
  const body = bodyOf(random, operation, labels.actionGroupName!);
  return {
    operation,
    method: operation.method,
    labels: Object.fromEntries(names.map((name) => [name, labels[name]!])),
    query,
    headers: body === undefined ? [] : [['Content-Type', 'application/json']],
    body,
  };
}

function bodyOf(random: Random, { bodyShape }: Operation, name: string): unknown {
  switch (bodyShape) {
    case undefined:
      return undefined;
    case 'ListPage':
      return random.pick([{}, { maxResults: 1 + random.below(1000) }]);
    case 'Evaluation':
      return {
        operation: 'CreateAgentActionGroup',
        agentId: 'AGENT12345',
        agentVersion: 'DRAFT',
        actionGroup: sampleActionGroup(random, CREATE),
      };
    default: {
      const group = sampleActionGroup(random, bodyShape);
      return { ...group, ...(group.actionGroupName === undefined ? {} : { actionGroupName: name }) };
    }
  }
}

export function targetOf({ operation, labels, query }: Draft): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => labels[name]!);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
