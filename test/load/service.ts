/** `npm start` as a process of its own, with room for a load, and what its emulator and its audit trail say afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LedgerEntry } from '../../src/local/bedrock/state.ts';
import { auditsOf } from '../faults/audit.ts';

export interface LoadedService {
  /** Without a trailing slash. */
  readonly url: string;
  /** The decisions whose attempt is on record. */
  readonly attempts: ReadonlySet<string>;
  ledger(): Promise<LedgerEntry[]>;
  stop(): Promise<void>;
}

/** Load is spread over these, since Bedrock's answers grow with an agent's groups. */
export const LOADED_AGENTS = Array.from({ length: 20 }, (_, index) => `LOADAGNT${String(index).padStart(2, '0')}`);

const START = fileURLToPath(new URL('../../src/local/main.ts', import.meta.url));
const POLICY = fileURLToPath(new URL('../data/policy.yaml', import.meta.url));
/** Of the team that may touch every agent; without keys it is the unsigned caller. */
const CALLER = { arn: 'arn:aws:iam::111122223333:role/platform-ci' };

export async function startLoadedService(): Promise<LoadedService> {
  const child = spawn(process.execPath, [START], {
    env: { PATH: process.env.PATH, PORT: '0', POLICY_FILE: POLICY, LOCAL_PRINCIPALS: JSON.stringify([CALLER]) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const attempts = new Set<string>();
  const addresses = Promise.withResolvers<{ url: string; bedrock: string }>();
  child.once('exit', (code) => addresses.reject(new Error(`npm start ended with ${code}.`)));
  let url = '';
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) {
      for (const { phase, decisionId } of auditsOf([line])) if (phase === 'attempt') attempts.add(decisionId);
      return;
    }
    url = /listens on (\S+)/.exec(line)?.[1] ?? url;
    const bedrock = /embedded emulator, (\S+)/.exec(line)?.[1];
    if (bedrock !== undefined) addresses.resolve({ url, bedrock });
  });
  const found = await addresses.promise;
  const control = async (method: string, path: string, body?: object) => {
    const asked = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await fetch(`${found.bedrock}/_emulator/${path}`, asked);
    if (!answer.ok) throw new Error(`The emulator refuses ${path}: ${await answer.text()}`);
    return answer.json();
  };
  const quotas = { actionGroupsPerAgent: 1_000_000, enabledActionGroupsPerAgent: 1_000_000 };
  await control('PUT', 'settings', { quotas });
  for (const agentId of LOADED_AGENTS) await control('PUT', `agents/${agentId}`, {});
  return {
    url: found.url,
    attempts,
    async ledger() {
      const { ledger } = (await control('GET', 'ledger')) as { ledger: LedgerEntry[] };
      return ledger;
    },
    async stop() {
      const ended = once(child, 'exit');
      if (child.kill('SIGTERM')) await ended;
    },
  };
}
