/** Builders for proofs, good and bad, and for what stands in for STS. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { askSts } from '../../src/identity/ask-sts.ts';
import { type Binding, makeProof } from '../../src/identity/proof.ts';
import { stsEndpoint } from '../../src/identity/sts-endpoint.ts';
import type { Verifier } from '../../src/identity/verify.ts';
import type { LocalPrincipal } from '../../src/local/gateway/principals.ts';
import { type StsEmulator, type StsEmulatorOptions, startStsEmulator } from '../../src/local/sts/server.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const MINUTE = 60_000;
export const AUDIENCE = 'https://agents.example.com/prod';

export const ROLE = {
  accessKeyId: 'ASIAPAYMENTS',
  secretAccessKey: 'a/secret+of=payments',
  sessionToken: 'a+session/token==',
  arn: 'arn:aws:sts::999922223333:assumed-role/payments-ci/build-42',
  userId: 'AROAPAYMENTSPAYMENTS:build-42',
} satisfies LocalPrincipal;
export const USER = {
  accessKeyId: 'AKIAALICE',
  secretAccessKey: 'a-secret-of-alice',
  arn: 'arn:aws:iam::111122223333:user/contractors/alice',
  userId: 'AIDAALICEALICEALICE1',
} satisfies LocalPrincipal;

/** An STS that lives as long as the test, and a verifier that asks it. */
export async function stsAndVerifier(
  options: Partial<StsEmulatorOptions> = {},
): Promise<{ sts: StsEmulator; verifier: Verifier }> {
  const now = options.now ?? (() => NOW);
  const sts = await startStsEmulator({ principals: [ROLE, USER], region: 'us-east-1', now, ...options });
  onTestFinished(() => sts.close());
  return { sts, verifier: verifierAt(sts.url, now) };
}

export function verifierAt(url: string, now = () => NOW): Verifier {
  return { audience: AUDIENCE, sts: stsEndpoint('us-east-1', url), now, ask: askSts };
}

/** A server that lives as long as the test. */
export async function serverThat(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Wanted {
  readonly key?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly audience?: string;
  readonly signedAtEpochMs?: number;
}

export function proofFor(
  { sts, audience: ours }: Binding,
  { key = ROLE, audience = ours, signedAtEpochMs = NOW }: Wanted = {},
): string {
  return makeProof(key, { audience, sts }, signedAtEpochMs).text;
}

export const PREFIX = 'portcullis-proof-v1.';

export function queryIn(proof: string): string {
  return Buffer.from(proof.slice(PREFIX.length), 'base64url').toString();
}

export function proofHolding(query: string): string {
  return PREFIX + Buffer.from(query).toString('base64url');
}

/** The same proof with its query changed, whatever its signature says. */
export function tampered(proof: string, change: (query: string) => string): string {
  const query = queryIn(proof);
  const changed = change(query);
  if (changed === query) throw new Error('The change changes nothing: the test would prove nothing.');
  return proofHolding(changed);
}
