/** Lets a history happen, and holds the promises against it after each step, and once more when all has come to rest. */
import { BedrockAgentClient, CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { codeOf, descriptionOf, holds, isAllowed, isSuccess, judge, type Made, scopeOf } from './judge.ts';
import { AGENTS, type Call, type Step } from './steps.ts';
import { type Sent, startWorld, type World, type WorldReply, type WorldRequest } from './world.ts';

/** What the histories that were run consist of: a test that meets nothing proves nothing. */
export interface Met {
  steps: number;
  calls: number;
  successes: number;
  replays: number;
  killed: number;
  frozen: number;
  commits: number;
}

/** Longer than any lease or record in progress lasts, by any of the Lambdas' dates, and shorter than a token's day. */
const ALL_IS_OVER_MS = 20 * 60_000;
const SHORT_MS = 4_000;
const LONG_MS = 28_000;
const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
const FIRST = 'there-from-the-start';

/** @throws {Error} naming the promise that was broken. */
export async function live(steps: readonly Step[], policyFile: string, met?: Met): Promise<void> {
  const world = await startWorld(policyFile);
  try {
    await new History(world, await makeFirst(world)).live(steps, met);
  } finally {
    await world.close();
  }
}

class History {
  readonly #world: World;
  readonly #firstId: string;
  readonly #made: Made[] = [];
  #frozen: { made: Made; sent: Sent }[] = [];
  #answers = 0;
  /** The ETag that was last read of the group that is there from the start. */
  #etag: string | undefined;

  constructor(world: World, firstId: string) {
    this.#world = world;
    this.#firstId = firstId;
  }

  async live(steps: readonly Step[], met?: Met): Promise<void> {
    for (const step of steps) {
      await this.#happen(step);
      judge(this.#world, this.#made);
    }
    await this.#comeToRest();
    judge(this.#world, this.#made);
    if (met !== undefined) this.#count(steps, met);
  }

  async #happen(step: Step): Promise<void> {
    const { gate, clocks, bedrock } = this.#world;
    switch (step.do) {
      case 'call':
        await Promise.all(step.calls.map((call) => this.#call(call)));
        return;
      case 'break':
        return gate.fault(step);
      case 'mend':
        return gate.clearFaults();
      case 'repeat':
        return void bedrock.configure({ tokenRepeat: step.tokenRepeat });
      case 'pass':
        return clocks.pass(step.ms);
      case 'deliver':
        return gate.deliver();
      case 'thaw':
        return this.#thaw();
    }
  }

  async #thaw(): Promise<void> {
    const frozen = this.#frozen;
    this.#frozen = [];
    await Promise.all(
      frozen.map(async ({ made, sent }) => {
        sent.thaw();
        this.#end(made, await sent.reply);
      }),
    );
  }

  /** Sends a call, and waits until it is answered, or its Lambda is killed or frozen. */
  async #call(call: Call, remainingMs?: number): Promise<Made> {
    const request = this.#requestOf(call);
    if (request === undefined) return { call, began: 0 };
    const { wanted, ...about } = request;
    const made: Made = { call, ...about, began: this.#answers };
    const index = this.#made.push(made) - 1;
    const time = remainingMs ?? (call.kind === 'create' && call.surface === 'rest' ? LONG_MS : SHORT_MS);
    const sent = this.#world.send(index, call.lambda, { team: call.team, remainingMs: time, ...wanted }, call.fate);
    if ((await sent.settled) === 'frozen') this.#frozen.push({ made, sent });
    else this.#end(made, await sent.reply);
    return made;
  }

  #end(made: Made, reply: WorldReply | 'killed'): void {
    made.reply = reply;
    made.ended = ++this.#answers;
    if (made.id === this.#firstId && reply !== 'killed' && reply.headers.etag !== undefined)
      this.#etag = reply.headers.etag;
  }

  /** Undefined where there is nothing to send it for. */
  #requestOf(call: Call): (Pick<Made, 'name' | 'id' | 'ifMatch'> & { wanted: Wanted }) | undefined {
    const rest = call.surface === 'rest';
    const [agent] = AGENTS;
    const groups = (agentId: string) =>
      rest
        ? `/v1/agents/${agentId}/versions/DRAFT/action-groups`
        : `/aws/agents/${agentId}/agentversions/DRAFT/actiongroups/`;
    switch (call.kind) {
      case 'create': {
        const agentId = AGENTS[call.agent];
        const name = String(scopeOf(call)).replaceAll(' ', '-');
        const wanted = { method: rest ? 'POST' : 'PUT', target: groups(agentId), body: creationOf(call, name) };
        return { name, wanted };
      }
      case 'update': {
        const body = groupOf(FIRST, `Description ${call.description}.`);
        const id = this.#firstId;
        const wanted = { method: 'PUT', target: rest ? `${groups(agent)}/${id}` : `${groups(agent)}${id}/`, body };
        if (!rest || this.#etag === undefined) return { id, wanted };
        return { id, ifMatch: this.#etag, wanted: { ...wanted, headers: { 'if-match': this.#etag } } };
      }
      case 'put': {
        const name = `put-${call.name}`;
        const target = `/v1/agents/${agent}/versions/DRAFT/action-groups/by-name/${name}`;
        return { name, wanted: { method: 'PUT', target, body: groupOf(name, `Description ${call.description}.`) } };
      }
      case 'delete': {
        const id = this.#idOf(`put-${call.name}`);
        if (id === undefined) return undefined;
        const query = '?skipResourceInUseCheck=true';
        const target = rest ? `${groups(agent)}/${id}${query}` : `${groups(agent)}${id}/${query}`;
        return { id, wanted: { method: 'DELETE', target } };
      }
      case 'prepare': {
        const target = rest ? `/v1/agents/${agent}/prepare?wait=true` : `/aws/agents/${agent}/`;
        return { wanted: { method: 'POST', target } };
      }
    }
  }

  /** Of the group that last had the name. */
  #idOf(name: string): string | undefined {
    return this.#world.bedrock.ledger.findLast((entry) => entry.name === name)?.actionGroupId;
  }

  /** Nothing fails any more, nothing is under way: each token that was used gets its one group, and every write its way. */
  async #comeToRest(): Promise<void> {
    const { gate, clocks } = this.#world;
    gate.clearFaults();
    await this.#thaw();
    await gate.deliver();
    clocks.pass(ALL_IS_OVER_MS);
    judge(this.#world, this.#made);

    const used = new Map(
      this.#made.flatMap(({ call }) => (isAllowed(call) && scopeOf(call) ? [[scopeOf(call), call]] : [])),
    );
    await Promise.all([...used.values()].map((call) => this.#retry(call)));
    const common = { surface: 'rest', team: 'payments', lambda: 0, fate: null } as const;
    this.#etag = undefined;
    for (const call of [
      { ...common, kind: 'update', description: 0 },
      { ...common, kind: 'put', name: 0, description: 0 },
      { ...common, kind: 'delete', name: 0 },
      { ...common, kind: 'prepare' },
    ] as const) {
      const { reply } = await this.#call(call, LONG_MS);
      holds('after all faults a write succeeds', typeof reply === 'object' && isSuccess(reply), { call, reply });
    }
  }

  /** Of the two bodies that the token came with, one is answered with the one group, and the other refused. */
  async #retry(call: Call): Promise<void> {
    const replies: WorldReply[] = [];
    for (const body of ['a', 'b'] as const) {
      const { reply } = await this.#call({
        ...call,
        kind: 'create',
        surface: 'rest',
        body,
        lambda: 0,
        fate: null,
      } as Call);
      replies.push(reply as WorldReply);
    }
    const outcomes = replies.map((reply) => (isSuccess(reply) ? 'made' : codeOf(reply))).sort();
    const expected = JSON.stringify(['IDEMPOTENCY_KEY_REUSED', 'made']);
    holds('after all faults a retry names the one commit', JSON.stringify(outcomes) === expected, { call, replies });
  }

  #count(steps: readonly Step[], met: Met): void {
    const replies = this.#made.flatMap(({ reply }) => (typeof reply === 'object' ? [reply] : []));
    met.steps += steps.length;
    met.calls += this.#made.length;
    met.successes += replies.filter(isSuccess).length;
    met.replays += replies.filter(({ headers }) => headers['idempotent-replayed'] === 'true').length;
    met.killed += this.#made.filter(({ reply }) => reply === 'killed').length;
    met.frozen += this.#made.filter(({ call, reply }) => call.fate?.what === 'freeze' && reply !== undefined).length;
    met.commits += this.#world.bedrock.ledger.length;
  }
}

type Wanted = Omit<WorldRequest, 'team' | 'remainingMs'>;

function groupOf(actionGroupName: string, description: string) {
  return { actionGroupName, description, actionGroupExecutor: { lambda: LAMBDA } };
}

function creationOf(call: Call & { kind: 'create' }, name: string) {
  const { body } = call;
  const group = {
    ...groupOf(name, descriptionOf(call)),
    clientToken: `a-token-long-enough-for-everybody-${call.token}`,
  };
  if (body === 'invalid') return { ...group, actionGroupState: 'enabled' };
  if (body === 'denied') return { ...group, actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } };
  return group;
}

async function makeFirst({ bedrock }: World): Promise<string> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new BedrockAgentClient({ region: 'us-east-1', endpoint: bedrock.url, credentials });
  const group = { agentId: AGENTS[0], agentVersion: 'DRAFT', ...groupOf(FIRST, 'First.') };
  const { agentActionGroup } = await client.send(new CreateAgentActionGroupCommand(group));
  client.destroy();
  return String(agentActionGroup?.actionGroupId);
}
