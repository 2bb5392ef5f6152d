import type { Document } from '../../src/policy/document/document.ts';
import { checkDocument } from '../../src/policy/document/grammar.ts';
import { compile, type Policy } from '../../src/policy/policy.ts';
import { parsePrincipalArn } from '../../src/policy/principal.ts';
import type { PolicyRequest, Principal } from '../../src/policy/request.ts';

export const ACCOUNT = '111122223333';
export const AGENT = 'AGENT12345';
export const PREFIX = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:agents-`;
export const DIGEST = 'd'.repeat(64);

/** Noon of a day on which nothing ends by itself. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');

/** A boring, valid document: one team, one agent, one rule. */
export function documentWith(changes: Record<string, unknown> = {}): unknown {
  return {
    revision: '1',
    rules: { 'signature-is-allowed': { enforcement: 'deny', allow: ['AMAZON.UserInput'] } },
    teams: { payments: team() },
    ...changes,
  };
}

export function team(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { principals: [`arn:aws:iam::${ACCOUNT}:role/payments-*`], agents: [AGENT], ...changes };
}

export function exemption(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'EX-1',
    rule: 'signature-is-allowed',
    team: 'payments',
    settings: { allow: ['ANTHROPIC.Bash'] },
    until: '2027-06-30T12:00:00Z',
    owner: 'payments@acme.example',
    reason: 'A migration.',
    ticket: 'GOV-1',
    approvedBy: 'governance@acme.example',
    ...changes,
  };
}

/** @throws with the faults in words, so that a test with a mistake in its own document says so. */
export function checked(document: unknown): Document {
  const result = checkDocument(document);
  if ('ok' in result) return result.ok;
  throw new Error(JSON.stringify(result.faults, null, 1));
}

export function policyWith(changes: Record<string, unknown> = {}): Policy {
  return compile(checked(documentWith(changes)), DIGEST);
}

export function principal(arn: string): Principal {
  const parsed = parsePrincipalArn(arn);
  if (parsed === undefined) throw new Error(`not a principal: ${arn}`);
  return parsed;
}

export function role(name: string): Principal {
  return principal(`arn:aws:iam::${ACCOUNT}:role/${name}`);
}

export function request(changes: Partial<PolicyRequest> = {}): PolicyRequest {
  return {
    operation: 'CreateAgentActionGroup',
    principal: role('payments-ci'),
    agentId: AGENT,
    agentVersion: 'DRAFT',
    actionGroup: { actionGroupName: 'book-flight' },
    ...changes,
  };
}

export function withSignature(parentActionGroupSignature: string): Partial<PolicyRequest> {
  return { actionGroup: { actionGroupName: 'book-flight', parentActionGroupSignature } };
}
