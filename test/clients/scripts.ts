/** Clients of other languages, each driven by a script in it. */
import { fileURLToPath } from 'node:url';
import { type Client, run, told } from './bench.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const boto3: Client = {
  name: 'boto3',
  async version() {
    const output = await run('python3', ['-c', 'import boto3; print(boto3.__version__)']);
    return output?.code === 0 ? output.stdout.trim() : undefined;
  },
  steps: (bench) => told('python3', [script('./boto3_check.py')], bench),
};

export const paws: Client = {
  name: 'R paws',
  async version() {
    const output = await run('Rscript', ['-e', 'cat(as.character(packageVersion("paws")))']);
    return output?.code === 0 ? output.stdout.trim() : undefined;
  },
  cannot: async ({ mode }) => (mode === 'iam' ? 'it signs for bedrock alone' : undefined),
  steps: (bench) => told('Rscript', [script('./paws_check.R')], bench),
};
