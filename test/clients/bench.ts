/** What every client is driven with: the service in this process, commands of the machine, and checks that tell. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BedrockEmulator } from '../../src/local/bedrock/server.ts';
import { demoPrincipals } from '../../src/local/gateway/principals.ts';
import { startLocal } from '../../src/local/start.ts';

export const AGENT = 'AGENT12345';
export const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
export const FORBIDDEN_LAMBDA = 'arn:aws:lambda:us-east-1:999922223333:function:anything';

/** What a client must have been signed for, as a stage of the service asks for it. */
export type Mode = 'any' | 'iam';

export interface Bench {
  readonly mode: Mode;
  /** Where clients are pointed to. */
  readonly endpoint: string;
  readonly bedrock: BedrockEmulator;
  /** Variables that point an AWS client here, and keep the configuration of this machine's user out. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The requests that were decided since the last reset, with what became of them, e.g. `GetAgent done`. */
  decided(): string[];
  reset(): void;
  close(): Promise<void>;
}

/** One thing that a client must do; throws to fail. */
export type Step = readonly [check: string, run: () => Promise<void>];

export interface Client {
  readonly name: string;
  /** Undefined: it is not on this machine. */
  version(): Promise<string | undefined>;
  /** Why it cannot be checked here in this mode, if so. */
  readonly cannot?: (bench: Bench) => Promise<string | undefined>;
  /** Run one after another; a later step may need what an earlier one made. */
  steps(bench: Bench): readonly Step[] | AsyncIterable<Told>;
}

/** What a check that runs elsewhere tells of itself. */
export interface Told {
  readonly check: string;
  readonly failure?: string | undefined;
}

const BOTOCORE_EXTRAS = fileURLToPath(new URL('../../src/identity/clients/botocore', import.meta.url));
const POLICY = fileURLToPath(new URL('../data/policy.yaml', import.meta.url));

export async function startBench(mode: Mode): Promise<Bench> {
  const lines: string[] = [];
  const local = await startLocal({ PORT: '0', LOCAL_AUTH: mode, POLICY_FILE: POLICY }, (line) => void lines.push(line));
  const { accessKeyId = '', secretAccessKey = '' } =
    demoPrincipals.find((each) => each.accessKeyId !== undefined) ?? {};
  const bedrock = local.bedrock as BedrockEmulator;
  const endpoint = `${local.gateway.url}/aws`;
  const none = fileURLToPath(new URL('./none', import.meta.url));
  return {
    mode,
    endpoint,
    bedrock,
    keys: { accessKeyId, secretAccessKey },
    env: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_BEDROCK_AGENT: endpoint,
      AWS_CONFIG_FILE: none,
      AWS_SHARED_CREDENTIALS_FILE: none,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      BEDROCK_EMULATOR: bedrock.url,
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
      // What a user of boto3 or the CLI installs where the stage asks for IAM.
      ...(mode === 'iam' ? { AWS_DATA_PATH: BOTOCORE_EXTRAS } : {}),
    },
    decided: () =>
      lines
        .map((line) => JSON.parse(line))
        .flatMap(({ api, unmapped }) =>
          unmapped?.outcome === undefined ? [] : [`${api.operation} ${unmapped.outcome.disposition}`],
        ),
    reset() {
      bedrock.reset();
      lines.length = 0;
    },
    close: local.close,
  };
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command to its end; undefined when the machine has no such command. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output | undefined> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN']) delete env[name];
    const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** Runs a script that tells of each check in a line of JSON. */
export async function* told(command: string, args: readonly string[], bench: Bench): AsyncGenerator<Told> {
  const output = await run(command, args, { env: bench.env });
  for (const line of output?.stdout.split('\n') ?? []) if (line.startsWith('{')) yield JSON.parse(line);
  if (output?.code !== 0)
    yield { check: 'runs to its end', failure: output?.stderr.trim().split('\n').at(-1) ?? 'no such command' };
}

/** @throws {Error} showing both, when they are not equal as JSON. */
export function expectSame(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}

/** @throws {Error} naming the part that is missing. */
export function expectParts(text: string, ...parts: readonly string[]): void {
  // Terminals wrap lines, and Terraform frames them.
  const flat = (each: string) => each.replace(/[│╷╵\s]+/g, ' ');
  for (const part of parts) {
    if (!flat(text).includes(flat(part))) throw new Error(`nothing of "${part}" in: ${flat(text).slice(0, 600)}`);
  }
}

/** What a denial must show whoever sees nothing but its message. */
export const DENIAL = [
  'AccessDeniedException',
  '[lambda-arn-has-required-prefix] /actionGroupExecutor/lambda',
  'Allowed: arn:aws:lambda:us-east-1:111122223333:function:agents-',
  'Deploy the function',
] as const;
