/** The promises, held against what was seen: the ledger of Bedrock's commits and the audit trail judge the answers. */
import type { LedgerEntry } from '../../src/local/bedrock/state.ts';
import { AGENTS, type Call } from './steps.ts';
import type { Witnessed, World, WorldReply } from './world.ts';

/** A call as it went: what was asked, when, and what came back, if anything did yet. */
export interface Made {
  readonly call: Call;
  /** The group that it is about, by name where it is made and by id where it is changed. */
  readonly name?: string;
  readonly id?: string;
  readonly ifMatch?: string;
  /** How many answers there were when it began. */
  readonly began: number;
  reply?: WorldReply | 'killed';
  /** Its place among the answers. */
  ended?: number;
}

/** What a creation's token is unique within, in the words of the caller. */
export function scopeOf(call: Call): string | undefined {
  return call.kind === 'create' ? `${call.team} ${AGENTS[call.agent]} token-${call.token}` : undefined;
}

export function isAllowed(call: Call): boolean {
  if (call.kind !== 'create') return true;
  return (call.body === 'a' || call.body === 'b') && !(call.team === 'payments' && call.agent === 1);
}

/** By which a group of one body is told from that of another. */
export function descriptionOf(call: Call): string {
  return call.kind === 'create' ? `Body ${call.body}.` : '';
}

/** The problem's code; on the AWS surface read from what the client is shown. */
export function codeOf({ body }: WorldReply): string {
  if (body?.code !== undefined) return body.code;
  const message = String(body?.message);
  if (message.includes('client token was used')) return 'IDEMPOTENCY_KEY_REUSED';
  if (message.includes('already has an action group of this name')) return 'NAME_TAKEN';
  return String(body?.__type);
}

export const isSuccess = ({ status }: WorldReply) => status < 300;

/** @throws {Error} naming the promise that was broken, with what shows it. */
export function judge({ bedrock, audits }: Pick<World, 'bedrock' | 'audits'>, made: readonly Made[]): void {
  const answered = made.filter((one): one is Made & { reply: WorldReply } => typeof one.reply === 'object');
  const writers = new Map(audits.filter(({ phase }) => phase === 'attempt').map((audit) => [audit.decisionId, audit]));
  const commits = bedrock.ledger.flatMap((entry, index) => {
    const decisionId = decisionOf(entry);
    // Without one it is of the world itself, which made the first group.
    return decisionId === undefined ? [] : [{ entry, index, decisionId, audit: writers.get(decisionId) }];
  });

  const ofScope = new Map<string, LedgerEntry>();
  for (const { entry, index, audit } of commits) {
    holds('every commit has an attempt on record', audit !== undefined && audit.ledgerLength <= index, entry);
    const { call } = made[(audit as Witnessed).call] as Made;
    holds('a commit is what its attempt says', isOf(audit as Witnessed, entry), { entry, audit });
    holds('nothing denied or invalid is committed', isAllowed(call), { entry, call });
    const scope = scopeOf(call);
    if (scope === undefined || entry.operation !== 'CreateAgentActionGroup') continue;
    holds('at most one commit for a token', !ofScope.has(scope), { scope, first: ofScope.get(scope), entry });
    ofScope.set(scope, entry);
  }

  const firsts = new Map<string, (typeof answered)[number]>();
  const updated = new Map<string, Made>();
  for (const one of answered.toSorted((a, b) => (a.ended ?? 0) - (b.ended ?? 0))) {
    const { call, reply, ifMatch } = one;
    const decisionId = reply.headers['x-decision-id'];
    const outcomes = audits.filter((audit) => audit.decisionId === decisionId && audit.phase === 'outcome');
    if (decisionId !== undefined) holds('an answer has one outcome on record', outcomes.length === 1, { call, reply });
    holds('a success has a decision', !isSuccess(reply) || decisionId !== undefined, { call, reply });
    if (!isAllowed(call)) {
      const invalid = call.kind === 'create' && call.body === 'invalid';
      holds('what is invalid is 400, and what is denied 403', reply.status === (invalid ? 400 : 403), { call, reply });
      continue;
    }
    if (isSuccess(reply)) namesItsCommit(one, reply, bedrock.ledger);
    // A lease cannot stop a change that its owner has sent already, so one that sleeps between is left out.
    if (ifMatch !== undefined && isSuccess(reply) && call.fate?.what !== 'freeze') {
      holds('what was read is changed once', !updated.has(ifMatch), { first: updated.get(ifMatch), second: one });
      updated.set(ifMatch, one);
    }

    const scope = scopeOf(call);
    if (scope === undefined || call.kind !== 'create') continue;
    holds('nobody else has the name', codeOf(reply) !== 'NAME_TAKEN', { call, reply });
    const first = firsts.get(scope);
    if (first === undefined) {
      if (isSuccess(reply)) firsts.set(scope, one);
      continue;
    }
    const sameBody = first.call.kind === 'create' && first.call.body === call.body;
    if (isSuccess(reply)) {
      holds('a token with another body gets no success', sameBody, { first, second: one });
      holds('a replay equals the first answer', sameGroup(first.reply, reply), { first, second: one });
    } else if (!sameBody && one.began > (first.ended ?? 0)) {
      const may = ['IDEMPOTENCY_KEY_REUSED', 'STORE_UNAVAILABLE', 'InternalServerException'];
      holds('a token with another body is refused', may.includes(codeOf(reply)), { first, second: one });
    }
  }
}

/** @throws {Error} when the promise was broken. */
export function holds(promise: string, kept: boolean, evidence: unknown): void {
  if (!kept) throw new Error(`Broken: ${promise}.\n${JSON.stringify(evidence, null, 1)}`);
}

/** As it stands in the user agent, and so in CloudTrail's row. */
function decisionOf({ userAgent }: LedgerEntry): string | undefined {
  return /portcullis-decision\/(\S+)/.exec(userAgent)?.[1];
}

function isOf(audit: Witnessed, entry: LedgerEntry): boolean {
  // A prepare that a write asks for goes by the write's decision; no other operation does.
  return audit.agentId === entry.agentId && audit.operation === entry.operation;
}

/** A success says that something was made or is there: the ledger knows of it. */
function namesItsCommit({ call, name, id }: Made, reply: WorldReply, ledger: readonly LedgerEntry[]): void {
  const decisionId = reply.headers['x-decision-id'];
  const group = reply.body?.agentActionGroup;
  const by = (operation: string) =>
    ledger.some((entry) => entry.operation === operation && decisionOf(entry) === decisionId);
  const knows = (operation: string) =>
    ledger.some((entry) => {
      const same = entry.operation === operation && entry.actionGroupId === group?.actionGroupId;
      return same && entry.name === name && group?.actionGroupName === name;
    });
  const named = {
    create: () => knows('CreateAgentActionGroup') && group.description === descriptionOf(call),
    update: () => by('UpdateAgentActionGroup') && group?.actionGroupId === id,
    delete: () => by('DeleteAgentActionGroup'),
    put: () => {
      const operation = { created: 'CreateAgentActionGroup', updated: 'UpdateAgentActionGroup' }[
        String(reply.body.change)
      ];
      return operation === undefined
        ? group?.actionGroupName === name
        : knows('CreateAgentActionGroup') && by(operation);
    },
    prepare: () => ledger.some(({ operation }) => operation === 'PrepareAgent'),
  }[call.kind]();
  holds('a success names what was committed', named, { call, reply });
}

/** Two creations' answers; one that was given on REST may have more beside the group. */
function sameGroup(first: WorldReply, second: WorldReply): boolean {
  return JSON.stringify(first.body.agentActionGroup) === JSON.stringify(second.body.agentActionGroup);
}
