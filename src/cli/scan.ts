/** `portcullis scan`: what exists in Bedrock, held against the policy. */
import { createBedrockClient } from '../bedrock/client.ts';
import { type Clock, machineClock } from '../deadline.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import type { Policy } from '../policy/policy.ts';
import { type Checkpoint, CheckpointError, openCheckpoint } from '../scan/checkpoint.ts';
import { inventoryOf } from '../scan/inventory.ts';
import {
  type AgentReport,
  COLUMNS,
  type Counts,
  counted,
  isFinding,
  isNotable,
  NOTHING,
  type Row,
  rowsOf,
} from '../scan/report.ts';
import { reasonOf, scan as scanAgents } from '../scan/scan.ts';
import { type Command, CommandError, type ExitCode, InputError, type Terminal } from './command.ts';
import { csv } from './csv.ts';
import { readArgs } from './options.ts';
import { DEFAULT_POLICY, policyIn } from './policy/load.ts';
import { progressOn } from './progress.ts';
import { type Style, styleOf } from './style.ts';
import { table } from './table.ts';

const help = `Usage: portcullis scan [POLICY] [--region REGION] [--provenance-table NAME] [--resume FILE] [--rate N]
                       [--all] [--json | --csv]

Reads every agent of an account and region, and judges the action groups of its working draft against the policy (default:
${DEFAULT_POLICY}) as if the teams that manage the agent updated them now. A group that a team wrote through the
service is judged as that team; for every other, no managing team's rules may forbid it.

Marked are groups that were made or changed round the service, and Lambda functions that an agent's own settings name
(prompt override, custom orchestration), which no service but Bedrock sees; these are held against the rules on Lambda
functions. Needs AWS credentials that may list and read agents and action groups.

Options:
  --region REGION          the agents' region (or AWS_REGION, AWS_DEFAULT_REGION)
  --provenance-table NAME  where the service keeps who wrote each group (or PROVENANCE_TABLE); without it nobody knows
                           what was made round the service
  --resume FILE            keeps how far the scan has come in FILE, and goes on from there where it was interrupted
  --rate N                 at most N calls a second of each kind (default: half of what Bedrock allows by default)
  --all                    everything in the table, not only what somebody should look at
  --json, --csv            everything as JSON or CSV
  -h, --help               this text

Exit codes: 0 nothing found, 1 findings, 2 the scan could not begin, or an agent could not be read.
`;

const OPTIONS = {
  region: { type: 'string' },
  'provenance-table': { type: 'string' },
  resume: { type: 'string' },
  rate: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
} as const;

export async function run(args: readonly string[], terminal: Terminal, clock: Clock = machineClock): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['POLICY?']);
  if (values.json && values.csv) throw new CommandError('--json and --csv exclude one another.', 2);
  const { env } = terminal;
  const region = regionIn(values.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION));
  const callsPerSecond = values.rate === undefined ? undefined : rateIn(values.rate);
  const provenanceTable = values['provenance-table'] ?? (env.PROVENANCE_TABLE || undefined);
  const policy = await policyIn(positionals[0] ?? DEFAULT_POLICY);
  const checkpoint = checkpointAt(
    values.resume,
    { region, policy: stampOf(policy), provenance: provenanceTable },
    clock,
  );

  const startedAt = checkpoint?.startedAt ?? new Date(clock.epochMs()).toISOString();

  const endpoint = (name: string) => (env[name] ? { endpoint: env[name] } : undefined);
  const endpoints = {
    dynamodb: endpoint('AWS_ENDPOINT_URL_DYNAMODB'),
    bedrockAgent: endpoint('AWS_ENDPOINT_URL_BEDROCK_AGENT'),
  };
  const bedrock = createBedrockClient({ region, endpoints }, 1);
  const store = provenanceTable === undefined ? undefined : createStoreClient({ region, endpoints });
  const inventory = inventoryOf({
    bedrock,
    provenance: store && { client: store, name: provenanceTable as string },
    clock,
    scanId: crypto.randomUUID(),
    signal: new AbortController().signal,
    callsPerSecond,
  });
  const progress = progressOn(terminal);
  const reports = [...(checkpoint?.reports ?? [])];
  try {
    progress.show(() => 'Listing agents…');
    const agentIds = await inventory.agents().catch((error) => {
      throw new CommandError(`the agents cannot be listed: ${reasonOf(error)}`, 2);
    });
    const done = new Set(reports.map(({ agentId }) => agentId));
    const left = agentIds.filter((agentId) => !done.has(agentId));
    let counts = reports.reduce(counted, NOTHING);
    for await (const report of scanAgents(left, inventory, policy, clock.epochMs)) {
      if (report.failed === undefined) checkpoint?.add(report);
      reports.push(report);
      counts = counted(counts, report);
      progress.show(() => `${counts.agents} of ${agentIds.length} agents: ${found(counts)}`);
    }
  } finally {
    progress.end();
    bedrock.destroy();
    store?.destroy();
  }

  reports.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  const counts = reports.reduce(counted, NOTHING);
  if (values.json) terminal.out(asJson({ region, policy: stampOf(policy), startedAt, counts, agents: reports }));
  else if (values.csv) terminal.out(asCsv(reports));
  else terminal.out(asText(policy, counts, reports, values.all === true, styleOf(terminal)));
  if (counts.failed > 0) return 2;
  checkpoint?.remove();
  return reports.some(({ items }) => items.some(isFinding)) ? 1 : 0;
}

function regionIn(region: string | undefined): string {
  if (region !== undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return region;
  throw new CommandError("Name the agents' region with --region, such as --region us-east-1.", 2);
}

function rateIn(text: string): number {
  const rate = Number(text);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new CommandError('--rate is a number of calls a second, such as --rate 5.', 2);
}

function stampOf({ revision, digest }: Policy) {
  return { revision, digest };
}

function checkpointAt(
  file: string | undefined,
  subject: Parameters<typeof openCheckpoint>[1],
  clock: Clock,
): Checkpoint | undefined {
  if (file === undefined) return undefined;
  try {
    return openCheckpoint(file, subject, clock.epochMs());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof CheckpointError || code !== undefined) throw new InputError(message);
    throw error;
  }
}

function asJson(report: {
  readonly region: string;
  readonly policy: ReturnType<typeof stampOf>;
  readonly startedAt: string;
  readonly counts: Counts;
  readonly agents: readonly AgentReport[];
}): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function asCsv(reports: readonly AgentReport[]): string {
  const rows = reports.flatMap((report) => rowsOf(report));
  return csv([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]);
}

function asText(policy: Policy, counts: Counts, reports: readonly AgentReport[], all: boolean, style: Style): string {
  const rows = reports.flatMap((report) => rowsOf(report, all ? undefined : isNotable));
  const { bold } = style;
  const head = ['AGENT', 'WHAT', 'POLICY', 'MADE', 'TEAMS', 'WHY'].map(bold);
  const listed =
    rows.length === 0
      ? ''
      : `${table(
          head,
          rows.map((row) => line(row, style)),
        )}\n\n`;
  const scanned = `${plural(counts.agents, 'agent')} with ${plural(counts.groups, 'action group')}`;
  return `${listed}${scanned}, policy revision ${policy.revision}: ${found(counts)}.\n`;
}

const ORIGINS: Readonly<Record<string, string>> = {
  'changed-since': 'changed round the service',
  'round-the-service': 'round the service',
  service: 'through the service',
};

function line(row: Row, { bad, odd, good }: Style): string[] {
  const paint = { denied: bad, unmanaged: bad, failed: bad, warned: odd }[row.standing] ?? good;
  const what = row.kind === 'action-group' ? `${row.name} (${row.id})` : row.kind === 'agent' ? '' : row.id;
  const why = row.standing === 'unmanaged' ? 'No team of the policy manages this agent.' : row.messages;
  const origin = ORIGINS[row.origin] ?? '';
  return [row.agentId, what, paint(row.standing), origin, row.teams, why.replaceAll(/\s+/g, ' ')];
}

function found({ denied, warned, unmanaged, roundTheService, changedSince, failed }: Counts): string {
  const parts = [
    `${denied} denied`,
    `${warned} warned of`,
    `${unmanaged} of agents without a team`,
    `${roundTheService} made round the service`,
    `${changedSince} changed round it`,
  ];
  if (failed > 0) parts.push(`${plural(failed, 'agent')} could not be read`);
  return parts.join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export const scan: Command = {
  summary: 'Holds what exists in Bedrock against the policy, and finds what was made round the service.',
  help,
  run,
};
