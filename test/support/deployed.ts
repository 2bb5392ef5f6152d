/**
 * The handlers as they are deployed: bundled, each with the parts that it hands in itself, in a process with a Lambda's
 * environment. They read the tests' policy, so what reads one from outside is beside them.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { bundleFunction, bundleOutsidePolicy } from '../../src/bundle/bundling.ts';
import { OUTSIDE_POLICY } from '../../src/bundle/outside-policy.ts';
import type { Config } from '../../src/config.ts';
import { killChild, startChild } from './child.ts';

export interface Deployed {
  /** @param functionName one file of `src/handlers` */
  call(functionName: string, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult>;
  /** `kill -9`: it ends where it is. Calls that it was serving are never answered. */
  kill(): Promise<void>;
}

let folder: Promise<string> | undefined;

async function newFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'portcullis-'));
  process.once('exit', () => rmSync(path, { recursive: true }));
  await bundleOutsidePolicy(path);
  return path;
}

const bundles = new Map<string, Promise<string>>();

/** Path of the function's bundle, made once for a test file. */
function bundleOf(functionName: string): Promise<string> {
  const bundle = async () => {
    folder ??= newFolder();
    const outdir = join(await folder, functionName);
    await bundleFunction(`src/handlers/${functionName}.ts`, outdir);
    await symlink(join('..', OUTSIDE_POLICY), join(outdir, OUTSIDE_POLICY));
    return join(outdir, 'index.mjs');
  };
  const made = bundles.get(functionName) ?? bundle();
  bundles.set(functionName, made);
  return made;
}

export async function startDeployed(config: Config): Promise<Deployed> {
  const child = startChild(import.meta.url, config, { AWS_LAMBDA_FUNCTION_NAME: 'deployed' });
  child.stdout?.resume();
  await once(child, 'message');
  return {
    async call(functionName, event) {
      child.send({ bundle: await bundleOf(functionName), event });
      const [{ result, error }] = await once(child, 'message');
      if (error !== undefined) throw new Error(error);
      return result;
    },
    kill: () => killChild(child),
  };
}

if (process.argv[2] === 'serve') {
  const answer = async (bundle: string, event: APIGatewayProxyEvent) => {
    const { handler } = await import(bundle);
    return handler(event, { getRemainingTimeInMillis: () => 28_000, awsRequestId: 'deployed' } as Context);
  };
  process.on('message', ({ bundle, event }: { bundle: string; event: APIGatewayProxyEvent }) => {
    answer(bundle, event).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
