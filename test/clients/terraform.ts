/**
 * Terraform with the provider hashicorp/aws. The provider is taken from where Terraform's own configuration says
 * (`TF_CLI_CONFIG_FILE`, `~/.terraformrc`), or from the directory in `TF_PLUGIN_MIRROR`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AGENT,
  type Bench,
  type Client,
  DENIAL,
  expectParts,
  expectSame,
  FORBIDDEN_LAMBDA,
  LAMBDA,
  type Output,
  run,
} from './bench.ts';

const MIRROR = process.env.TF_PLUGIN_MIRROR;
const NAMES = ['one', 'two', 'three'];

let folder: string | undefined;

export const terraform: Client = {
  name: 'Terraform',
  async version() {
    const output = await run('terraform', ['version', '-json']);
    return output === undefined ? undefined : JSON.parse(output.stdout).terraform_version;
  },
  async cannot(bench) {
    if (bench.mode === 'iam') return 'it signs for bedrock alone';
    await inFolder(bench, configuration('Tables.', LAMBDA));
    const { code, stdout, stderr } = await terraformDoes(bench, 'init');
    if (code === 0) return undefined;
    await forget();
    const reason = /(?:Error|Warning): ([^\n]+)/.exec(stderr || stdout)?.[1] ?? 'terraform init failed';
    return `the provider hashicorp/aws is not to be had: ${reason.trim()} (TF_PLUGIN_MIRROR may name a directory that has it)`;
  },
  steps: (bench) => [
    [
      'apply: three groups of one agent',
      async () => {
        succeeded(await terraformDoes(bench, 'apply', '-auto-approve'));
        expectSame(bench.bedrock.ledger.filter(({ operation }) => operation.startsWith('Create')).length, 3);
        expectSame(bench.bedrock.ledger.at(-1)?.operation, 'PrepareAgent');
      },
    ],
    ['plan: no changes', async () => void succeeded(await terraformDoes(bench, 'plan', '-detailed-exitcode'))],
    [
      'update',
      async () => {
        await inFolder(bench, configuration('Tables and chairs.', LAMBDA));
        succeeded(await terraformDoes(bench, 'apply', '-auto-approve'));
        succeeded(await terraformDoes(bench, 'plan', '-detailed-exitcode'));
        expectSame(bench.bedrock.ledger.filter(({ operation }) => operation.startsWith('Update')).length, 3);
      },
    ],
    [
      'destroy',
      async () => {
        succeeded(await terraformDoes(bench, 'destroy', '-auto-approve'));
        expectSame(bench.bedrock.ledger.filter(({ operation }) => operation.startsWith('Delete')).length, 3);
        expectSame(failures(bench), []);
      },
    ],
    [
      'an answer that was lost: one group for each',
      async () => {
        bench.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup', times: 2 });
        const before = bench.bedrock.ledger.length;
        succeeded(await terraformDoes(bench, 'apply', '-auto-approve'));
        const made = bench.bedrock.ledger.slice(before).filter(({ operation }) => operation.startsWith('Create'));
        expectSame(made.length, 3);
        succeeded(await terraformDoes(bench, 'destroy', '-auto-approve'));
      },
    ],
    [
      'a denial: shown, one attempt each',
      async () => {
        const before = bench.decided().length;
        await inFolder(bench, configuration('Tables.', FORBIDDEN_LAMBDA));
        const { code, stderr } = await terraformDoes(bench, 'apply', '-auto-approve');
        await forget();
        expectSame(code, 1);
        expectParts(stderr, ...DENIAL);
        expectSame(bench.decided().slice(before), Array(NAMES.length).fill('CreateAgentActionGroup denied'));
      },
    ],
  ],
};

/** Calls that were answered with an error. */
function failures(bench: Bench): string[] {
  return bench.decided().filter((each) => !each.endsWith(' done') && !each.endsWith(' unchanged'));
}

function succeeded({ code, stdout, stderr }: Output): void {
  if (code !== 0) throw new Error(`exit code ${code}: ${(stderr || stdout).trim().slice(-600)}`);
}

async function inFolder({ endpoint }: Bench, resources: string): Promise<void> {
  folder ??= await mkdtemp(join(tmpdir(), 'portcullis-terraform-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'main.tf'), `${provider(endpoint)}\n${resources}`);
  if (MIRROR === undefined) return;
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = "${MIRROR}"\n  }\n}\n`;
  await writeFile(join(folder, 'terraform.rc'), mirror);
}

async function forget(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  folder = undefined;
}

async function terraformDoes({ env }: Bench, ...args: string[]): Promise<Output> {
  const cwd = folder ?? tmpdir();
  const ours: Record<string, string> = { ...env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  if (MIRROR !== undefined) ours.TF_CLI_CONFIG_FILE = join(cwd, 'terraform.rc');
  const output = await run('terraform', [...args, '-no-color', '-input=false'], { cwd, env: ours });
  if (output === undefined) throw new Error('there is no terraform command');
  return output;
}

function provider(endpoint: string): string {
  return `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  endpoints {
    bedrockagent = "${endpoint}"
  }
}
`;
}

function configuration(description: string, lambda: string): string {
  return NAMES.map(
    (name) => `resource "aws_bedrockagent_agent_action_group" "${name}" {
  agent_id                   = "${AGENT}"
  agent_version              = "DRAFT"
  action_group_name          = "${name}"
  description                = "${description}"
  skip_resource_in_use_check = true
  action_group_executor {
    lambda = "${lambda}"
  }
  function_schema {
    member_functions {
      functions {
        name        = "book"
        description = "Books a table."
        parameters {
          map_block_key = "seats"
          type          = "integer"
          required      = true
        }
      }
    }
  }
}
`,
  ).join('\n');
}
