/** `portcullis audit report`: what decisions came to over a time. */
import { API_ACTIVITY, eventsIn } from '../audit-log/events.ts';
import { forEver, type Waiting } from '../audit-log/reading.ts';
import { recordOf } from '../audit-log/record.ts';
import { SOURCE_HELP, SOURCE_OPTIONS, sourceOf } from '../audit-log/source.ts';
import { type Command, CommandError, type ExitCode, type Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { policyIn } from '../policy/load.ts';
import { styleOf } from '../style.ts';
import { FILTER_HELP, FILTER_OPTIONS, filterOf } from './filters.ts';
import { asCsv, asJson, asText, type Told } from './presented.ts';
import { readPast } from './since.ts';
import { AXES, type Axis, Tally } from './tally.ts';

const DEFAULT_SINCE = '7d';

/** An outcome is on record later than its decision began. */
const OUTCOMES_COME_WITHIN_MS = 15 * 60_000;

const help = `Usage: portcullis audit report [FILE…] [--since TIME] [--until TIME] [--by AXIS] [--format table|json|csv] [FILTERS]

Counts decisions and what became of them, each once however often it stands in the log; and tells who changed what, what was
denied and by which rule, what passed only by an exemption and when that ends, what the policy warns of and would deny, what
was replayed, and what needs looking at: outcomes that nobody knows, and attempts without one (those of the last minute may
still be running).

${SOURCE_HELP}
${FILTER_HELP}
Options:
  --since TIME       how long ago (15m, 2h, 7d), a date in UTC, or a time (default for a log group: ${DEFAULT_SINCE})
  --until TIME       the same (default: now)
  --by AXIS          team (default), rule, principal or agent; by rule, a decision stands in the row of each of its rules
  --format FORMAT    table (default), json (everything), or csv (the rows of --by, for a spreadsheet)
  --policy FILE      the policy in force, for when exemptions end
  -h, --help         this text

Exit codes: 0 a report, 1 CloudWatch does not answer, 2 the log cannot be read.
`;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  ...FILTER_OPTIONS,
  since: { type: 'string' },
  until: { type: 'string' },
  by: { type: 'string' },
  format: { type: 'string' },
  policy: { type: 'string' },
} as const;

const FORMATS = { table: asText, json: asJson, csv: asCsv } as const;

export async function run(args: readonly string[], terminal: Terminal, waiting: Waiting = forEver): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['FILE…']);
  const axis = oneOf('--by', values.by ?? 'team', AXES) as Axis;
  const format = oneOf('--format', values.format ?? 'table', Object.keys(FORMATS)) as keyof typeof FORMATS;
  const source = sourceOf(values, positionals, terminal, waiting);
  const isWanted = filterOf(values);
  const since = values.since ?? (source.isRemote ? DEFAULT_SINCE : undefined);
  const sinceEpochMs = since === undefined ? undefined : readPast('--since', since, terminal.now(), 'start');
  const until = values.until;
  const untilEpochMs = until === undefined ? undefined : readPast('--until', until, terminal.now(), 'end');
  if (sinceEpochMs !== undefined && untilEpochMs !== undefined && sinceEpochMs > untilEpochMs) {
    throw new CommandError('--since lies after --until.', 2);
  }
  const policy = values.policy === undefined ? undefined : await policyIn(values.policy);

  const tally = new Tally(
    axis,
    (record, startedEpochMs) =>
      (sinceEpochMs === undefined || startedEpochMs >= sinceEpochMs) &&
      (untilEpochMs === undefined || startedEpochMs <= untilEpochMs) &&
      isWanted(record),
  );
  let unreadable = 0;
  const range = { sinceEpochMs, untilEpochMs: untilEpochMs && untilEpochMs + OUTCOMES_COME_WITHIN_MS };
  for await (const lines of source.read(range)) {
    for (const line of lines) {
      for (const event of eventsIn(line)) {
        const record = recordOf(event);
        if (record !== undefined) tally.add(record);
        else if (event.class_uid === API_ACTIVITY) unreadable++;
      }
    }
  }
  const told: Told = {
    report: tally.done(),
    sinceEpochMs,
    untilEpochMs,
    unreadable,
    exemptionEnds: new Map(policy?.document.exemptions.map(({ id, until }) => [id, until])),
  };
  terminal.out(FORMATS[format](told, styleOf(terminal)));
  return 0;
}

function oneOf(option: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value;
  throw new CommandError(`${option} ${value} is none of ${choices.join(', ')}.`, 2);
}

export const report: Command = { summary: 'Counts decisions, and tells what needs looking at.', help, run };
