/** Runs a probe in a process of its own, with the environment that Lambda gives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import type { Plan, Probed } from './probe.ts';

export interface Bench {
  /** Where plans are written; removed by whoever made it. */
  readonly folder: string;
  readonly stubsUrl: string;
  /** Lets somebody else read what is written, where nothing is timed; else it goes to a file. */
  readonly readLog?: boolean;
}

/** Bundles the probe, so that no process spends anything on TypeScript. */
export async function buildProbe(folder: string): Promise<void> {
  const outfile = join(folder, 'probe.mjs');
  await build({ entryPoints: ['test/bench/probe.ts'], outfile, format: 'esm', platform: 'node', target: 'node24' });
}

export async function writePlan(folder: string, name: string, plan: Plan): Promise<string> {
  const path = join(folder, `${name.replace(/[^a-z0-9]+/g, '-')}.json`);
  await writeFile(path, JSON.stringify(plan));
  return path;
}

/**
 * @param within wraps the command line, to run it where the processor is shared
 * @throws when an answer was not the one that the plan says
 */
export async function sample(
  { folder, stubsUrl, readLog = false }: Bench,
  planPath: string,
  env: Readonly<Record<string, string>> = {},
  within: (command: readonly string[]) => readonly string[] = (command) => command,
): Promise<Probed> {
  const [file = '', ...rest] = within([process.execPath, join(folder, 'probe.mjs'), planPath]);
  // A file takes every line at once, as Lambda's log does: ours writes its audit records there, and waits for each.
  const log = await open(join(folder, 'log'), 'w');
  const child = spawn(file, rest, {
    env: { ...asInLambda(stubsUrl), ...env },
    stdio: ['ignore', readLog ? 'pipe' : log.fd, 'pipe', 'pipe'],
  });
  child.stdout?.resume();
  const [result, errors] = await Promise.all([
    text(child.stdio[3] as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'close'),
  ]);
  await log.close();
  if (result === '') throw new Error(`The probe of ${planPath} measured nothing. ${errors}`);
  return JSON.parse(result) as Probed;
}

export function asInLambda(stubsUrl: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEACCESSKEY',
    AWS_SECRET_ACCESS_KEY: 'example-secret',
    AWS_SESSION_TOKEN: 'example-session-token',
    AWS_ENDPOINT_URL_DYNAMODB: stubsUrl,
    AWS_ENDPOINT_URL_BEDROCK_AGENT: stubsUrl,
    IDEMPOTENCY_TABLE: 'bench-idempotency',
    POWERTOOLS_SERVICE_NAME: 'portcullis',
  };
}
