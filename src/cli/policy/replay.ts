/** `portcullis policy replay`: a candidate policy on recorded decisions. */
import { decide, type Verdict } from '../../policy/decide.ts';
import type { Policy } from '../../policy/policy.ts';
import { API_ACTIVITY, eventsIn, isBlock, type Json } from '../audit-log/events.ts';
import { files } from '../audit-log/files.ts';
import { type Command, CommandError, type ExitCode, InputError, type Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { type Style, styleOf } from '../style.ts';
import { table } from '../table.ts';
import { policyIn } from './load.ts';
import { type Decided, fromRecord, type Place, type Recorded } from './recorded.ts';
import { type Kind, Tally } from './tally.ts';

const help = `Usage: portcullis policy replay NEW --audit LOG... [--policy OLD] [--json]

Decides recorded requests anew under the policy NEW, each at its own time, and shows what would newly be denied, allowed or
warned about, by team and rule. LOG holds the service's audit records: JSON lines as they are written, or exported from
CloudWatch (with a prefix, as events, gzip); other lines are passed over.

Options:
  --audit LOG          the log; again for more
  --policy OLD         compare with this policy, instead of with what was decided then
  --agent-account ID   where the agents are, for records that do not say it
  --agent-region NAME  the same
  --json               the report as JSON
  -h, --help           this text

A record measures texts and does not hold them. What rules look at is rebuilt: descriptions of the same length, as many
parameters. A rule for which a record lacks something is not judged for it, and the report says so.

Exit codes: 0 nothing newly denied or allowed, 1 something, 2 the command line or a file is not usable.
`;

const OPTIONS = {
  audit: { type: 'string', multiple: true },
  policy: { type: 'string' },
  'agent-account': { type: 'string' },
  'agent-region': { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface Replayed {
  readonly tally: Tally;
  /** Records of attempts that could not be understood. */
  readonly unreadable: number;
  /** By rule, how many decisions it could not be judged for. */
  readonly unjudged: ReadonlyMap<string, number>;
  readonly from: string;
  readonly to: string;
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['NEW']);
  if (values.audit === undefined) throw new CommandError('name the audit log with --audit LOG.', 2);
  const candidate = await policyIn(positionals[0]!);
  const baseline = values.policy === undefined ? undefined : await policyIn(values.policy);
  const place = { account: values['agent-account'], region: values['agent-region'] };
  const replayed = await replayAll(values.audit, candidate, baseline, place, terminal);
  if (replayed.tally.counts.decisions === 0) {
    const but = replayed.unreadable === 0 ? '' : `; ${replayed.unreadable} could not be understood`;
    throw new InputError(`there are no recorded decisions in ${values.audit.join(', ')}${but}.`);
  }
  terminal.out(values.json ? inJson(candidate, replayed) : inText(candidate, replayed, styleOf(terminal)));
  const { newlyDenied, newlyAllowed } = replayed.tally.counts;
  return newlyDenied + newlyAllowed === 0 ? 0 : 1;
}

async function replayAll(
  logs: readonly string[],
  candidate: Policy,
  baseline: Policy | undefined,
  place: Place,
  terminal: Terminal,
): Promise<Replayed> {
  const tally = new Tally();
  const unjudged = new Map<string, number>();
  let unreadable = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for await (const lines of files(logs, terminal)) {
    for (const event of lines.flatMap(attemptsIn)) {
      const recorded = fromRecord(event, place);
      if (recorded === undefined) {
        unreadable++;
        continue;
      }
      const after = decidedBy(candidate, recorded);
      const before = baseline === undefined ? recorded.decided : decidedBy(baseline, recorded);
      for (const rule of after.skipped) unjudged.set(rule, (unjudged.get(rule) ?? 0) + 1);
      tally.add(recorded.decisionId, before, after);
      from = Math.min(from, recorded.atEpochMs);
      to = Math.max(to, recorded.atEpochMs);
    }
  }
  const text = (epochMs: number) => (Number.isFinite(epochMs) ? new Date(epochMs).toISOString() : '');
  return { tally, unreadable, unjudged, from: text(from), to: text(to) };
}

/** The attempts in a line; most other lines are known for what they are without being parsed. */
function attemptsIn(line: string): Json[] {
  if (!line.includes('attempt')) return [];
  return [...eventsIn(line)].filter(
    ({ class_uid, metadata }) => class_uid === API_ACTIVITY && isBlock(metadata) && metadata.event_code === 'attempt',
  );
}

/** Without the findings of rules that the record tells too little for; those are `skipped`. */
function decidedBy(policy: Policy, { request, atEpochMs, unjudged }: Recorded): Decided & { skipped: string[] } {
  const { effect, team, violations, warnings, rules } = decide(policy, request, atEpochMs);
  const ids = (findings: Verdict['violations']) =>
    findings.map(({ rule }) => rule).filter((rule) => !unjudged.has(rule));
  const denying = ids(violations);
  const skipped = unjudged.size === 0 ? [] : rules.filter((rule) => unjudged.has(rule));
  return { effect: denying.length === 0 ? 'allow' : effect, team, denying, warning: ids(warnings), skipped };
}

function inJson({ revision, digest }: Policy, { tally, unreadable, unjudged, from, to }: Replayed): string {
  const report = {
    policy: { revision, digest },
    from,
    to,
    ...tally.counts,
    unreadable,
    unjudged: Object.fromEntries(unjudged),
    changes: tally.rows(),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function inText(
  { revision, digest }: Policy,
  { tally, unreadable, unjudged, from, to }: Replayed,
  style: Style,
): string {
  const { decisions, same, newlyDenied, newlyAllowed, newlyWarned } = tally.counts;
  const rows = tally.rows();
  const section = (kind: Kind, title: string, paint: (text: string) => string) => {
    const of = rows.filter((row) => row.kind === kind);
    if (of.length === 0) return [];
    const cells = of.map(({ count, team, rule, samples }) => [String(count), team, rule, samples.join(' ')]);
    return ['', paint(title), table(['COUNT', 'TEAM', 'RULE', 'SUCH AS'], cells)];
  };
  return [
    `Decided anew: ${decisions}, from ${from} to ${to}, under ${revision} (${digest.slice(0, 12)}).`,
    `${same} the same, ${newlyDenied} newly denied, ${newlyAllowed} newly allowed, ${newlyWarned} newly warned about.`,
    ...section('newly-denied', 'Newly denied, by the rule that denies:', style.bad),
    ...section('newly-allowed', 'Newly allowed, by the rule that denied:', style.good),
    ...section('newly-warned', 'Newly warned about, by the rule that warns:', style.odd),
    ...(unjudged.size + unreadable === 0 ? [] : ['']),
    ...[...unjudged].map(([rule, count]) => `Not judged where the record lacks what it looks at: ${rule} (${count}).`),
    ...(unreadable === 0 ? [] : [`Records that could not be understood: ${unreadable}.`]),
    '',
  ].join('\n');
}

export const replay: Command = { summary: 'Tries a policy on recorded decisions.', help, run };
