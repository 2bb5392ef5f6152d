import { hash } from 'node:crypto';

/** What a client token is unique within. Another team, operation, agent or version is an independent request. */
export interface TokenScope {
  readonly account: string;
  readonly region: string;
  readonly team: string;
  readonly operation: string;
  readonly agentId: string;
  readonly agentVersion: string;
}

/**
 * Joins the caller's scope and client token into the token sent to Bedrock: 64 lower-case hex characters (SHA-256).
 *
 * Bedrock's own token is per account and one role makes all calls, so two teams that pick the same token must not meet
 * there.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_CreateAgentActionGroup.html
 */
export function upstreamToken(scope: TokenScope, clientToken: string): string {
  const { account, region, team, operation, agentId, agentVersion } = scope;
  return sha256(JSON.stringify(['v1', account, region, team, operation, agentId, agentVersion, clientToken]));
}

/** SHA-256, in hex, of the request whatever the order of its members: equal requests have equal fingerprints. */
export function fingerprint(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** SHA-256, in hex. Of a long text the latest digest is kept: a schema of a megabyte is recorded, and compared, by the same one. */
export function sha256(text: string): string {
  if (text.length < LONG) return digestOf(text);
  const digest = latest?.text === text ? latest.digest : digestOf(text);
  latest = { text, digest }; // this very text: comparing it with itself takes no time
  return digest;
}

/** In UTF-16 units: from here on a digest costs more than looking whether it is known. */
const LONG = 4_096;
let latest: { readonly text: string; readonly digest: string } | undefined;

function digestOf(text: string): string {
  return hash('sha256', text);
}

/**
 * JSON with the members of every object sorted by name, and the digest of a long text in its place: it has no quotes, so no
 * text reads like it. `value` is plain data of bounded depth (it was validated).
 */
function canonicalJson(value: unknown): string {
  if (typeof value === 'string' && value.length >= LONG) return `sha256(${sha256(value)})`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) members += `${members && ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}
