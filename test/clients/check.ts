/**
 * `npm run check:clients`: drives the AWS clients of this machine, as they are found, against the service, and says of each
 * what works. Exits with 1 when something failed; a client that is not here is skipped.
 */
import { awsCli } from './aws-cli.ts';
import { type Bench, type Client, type Mode, type Step, startBench, type Told } from './bench.ts';
import { curl } from './curl.ts';
import { javascript } from './javascript.ts';
import { boto3, paws } from './scripts.ts';
import { terraform } from './terraform.ts';

const CLIENTS: readonly Client[] = [javascript, boto3, awsCli, curl, paws, terraform];

const MODES: Readonly<Record<Mode, string>> = {
  any: 'as it comes, signed for bedrock',
  iam: 'with IAM authorization, signed for execute-api',
};

interface Row {
  readonly client: string;
  readonly check: string;
  readonly result: 'ok' | 'failed' | 'skipped';
  readonly detail?: string | undefined;
}

async function* rowsOf(client: Client, bench: Bench): AsyncGenerator<Row> {
  const version = await client.version();
  const name = `${client.name} ${version ?? ''}`.trim();
  const reason = version === undefined ? 'not on this machine' : await client.cannot?.(bench);
  if (reason !== undefined) {
    yield { client: name, check: '', result: 'skipped', detail: reason };
    return;
  }
  bench.reset();
  const steps = client.steps(bench);
  for await (const { check, failure } of Symbol.asyncIterator in steps ? steps : tell(steps)) {
    yield { client: name, check, result: failure === undefined ? 'ok' : 'failed', detail: failure };
  }
}

async function* tell(steps: readonly Step[]): AsyncGenerator<Told> {
  for (const [check, run] of steps) {
    const failure = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    yield { check, failure };
  }
}

const counts = { ok: 0, failed: 0, skipped: 0 };
for (const mode of ['any', 'iam'] as const) {
  console.log(`\n${MODES[mode]}\n`);
  const bench = await startBench(mode);
  for (const client of CLIENTS) {
    for await (const { client: name, check, result, detail } of rowsOf(client, bench)) {
      counts[result] += 1;
      const told = detail === undefined ? check : [check, detail.replaceAll(/\s+/g, ' ')].filter(Boolean).join(': ');
      console.log(`  ${result.padEnd(7)}  ${name.padEnd(34)}  ${told}`);
    }
  }
  await bench.close();
}
console.log(`\n${counts.ok} ok, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
