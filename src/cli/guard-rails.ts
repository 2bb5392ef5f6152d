/** `portcullis guard-rails`: prints the IAM documents that make this service the only way in. */
import {
  type GuardRails,
  type PolicyDocument,
  permissionsBoundary,
  SCP_MAX_CHARACTERS,
  serviceControlPolicy,
} from '../deploy/guard-rails.ts';
import { ROLE_PATH } from '../reconciliation/role-path.ts';
import { type Command, CommandError, type ExitCode, type Terminal } from './command.ts';
import { readArgs } from './options.ts';

const help = `Usage: portcullis guard-rails [--format scp|boundary] [--deployer ARN]... [--account ID]... [--agents]

Prints an IAM document that denies the calls which go round Portcullis (create, update and delete action groups, prepare an
agent, InvokeInlineAgent) to everyone but its own roles. Those are told by their path, so it also denies making, changing,
trusting, passing or assuming roles of that path, and changing or calling the functions that run as them.

Options:
  --format FORMAT        scp (default): a service control policy, for the root, a unit or an account of AWS Organizations;
                         boundary: a permissions boundary for roles and users, where there are no such policies.
                         Store it as the managed policy ${ROLE_PATH}guard-rails
  --deployer ARN         a role or user that deploys Portcullis, with its path; again for more. Without one nobody can: add
                         the guard rails after the deployment, and take them off before the next
  --account ID           an account where Portcullis is; again for more (default: any account of the organisation)
  --agents               agents too: CreateAgent and UpdateAgent are the deployers' alone
  --role-path PATH       the path of Portcullis's roles (default: ${ROLE_PATH})
  --function-prefix TEXT the beginning of its functions' names (default: portcullis-)
  --partition NAME       aws (default), aws-us-gov, aws-cn
  -h, --help             this text

What it does not cover:
  - A service control policy binds neither the management account nor service-linked roles; keep agents out of that account.
    It also denies all use of InvokeInlineAgent, whatever for.
  - A boundary binds whom it is attached to, and not those who can already assume an unbounded role.
  - Whoever can change the deployers' own roles can become one of them: guard those as well, under another path.
  - Without --agents, an agent's own settings (Lambdas in prompt overrides and custom orchestration) stay free.
  - The rest of the stack is its account's business: API Gateway and its authorizers, the tables, the deployment bucket,
    the policy in AppConfig, the logs. Keep Portcullis in an account of few people.
  - What was made before.

Exit codes: 0 done, 1 the document would be too long, 2 the command line is not usable.
`;

const OPTIONS = {
  format: { type: 'string', default: 'scp' },
  deployer: { type: 'string', multiple: true },
  account: { type: 'string', multiple: true },
  agents: { type: 'boolean', default: false },
  'role-path': { type: 'string', default: ROLE_PATH },
  'function-prefix': { type: 'string', default: 'portcullis-' },
  partition: { type: 'string', default: 'aws' },
} as const;

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = readArgs(args, OPTIONS, []);
  const wanted: GuardRails = {
    partition: matching('--partition', values.partition, /^aws(-[a-z]+)*$/, 'aws'),
    accounts: (values.account ?? []).map((id) => matching('--account', id, /^\d{12}$/, '111122223333')),
    rolePath: matching('--role-path', values['role-path'], /^\/([\w+=,.@-]+\/)+$/, ROLE_PATH),
    functionPrefix: matching('--function-prefix', values['function-prefix'], /^[\w-]{3,60}$/, 'portcullis-'),
    deployers: values.deployer ?? [],
    agents: values.agents,
  };
  for (const deployer of wanted.deployers) requireDeployer(deployer, wanted);
  const { format } = values;
  if (format !== 'scp' && format !== 'boundary') {
    throw new CommandError(`--format ${format} is unknown. Write scp or boundary.`, 2);
  }
  terminal.out(`${format === 'scp' ? scpText(serviceControlPolicy(wanted)) : inLines(permissionsBoundary(wanted))}\n`);
  if (wanted.deployers.length === 0) {
    terminal.err('Without --deployer nobody can deploy Portcullis while this is in force.\n');
  }
  return 0;
}

function matching(option: string, value: string, pattern: RegExp, example: string): string {
  if (pattern.test(value)) return value;
  throw new CommandError(`${option} ${value} is not possible. Write it as in ${option} ${example}.`, 2);
}

/** A pattern would let in whoever can make a role of such a name; the reserved path of single sign-on nobody else can. */
function requireDeployer(arn: string, { partition, rolePath }: GuardRails): void {
  const [, given, kind, name = ''] = /^arn:(aws(?:-[a-z]+)*):iam::\d{12}:(role|user)\/([\w+=,.@*/-]+)$/.exec(arn) ?? [];
  if (given !== partition || (name.includes('*') && !name.startsWith('aws-reserved/sso.amazonaws.com/'))) {
    throw new CommandError(
      `--deployer ${arn} names no one role or user. Write arn:${partition}:iam::111122223333:role/NAME in full, without *.`,
      2,
    );
  }
  if (kind === 'role' && `/${name}`.startsWith(rolePath)) {
    throw new CommandError(
      `--deployer ${arn} is under ${rolePath}, whose roles nobody may assume. Use a role elsewhere.`,
      2,
    );
  }
}

/** As people read it, if Organizations takes it so. */
function scpText(document: PolicyDocument): string {
  const text = [inLines(document), JSON.stringify(document)].find(({ length }) => length <= SCP_MAX_CHARACTERS);
  if (text !== undefined) return text;
  throw new CommandError(
    `the service control policy would have more than ${SCP_MAX_CHARACTERS} characters. Name fewer accounts or deployers.`,
  );
}

function inLines(document: PolicyDocument): string {
  return JSON.stringify(document, null, 2);
}

export const guardRails: Command = {
  summary: 'Prints IAM documents that make Portcullis the only way in.',
  help,
  run,
};
