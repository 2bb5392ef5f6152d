/** `portcullis audit tail`: decisions as they are made. */
import { eventsIn } from '../audit-log/events.ts';
import { forEver, type Waiting } from '../audit-log/reading.ts';
import { type AuditRecord, recordOf } from '../audit-log/record.ts';
import { SOURCE_HELP, SOURCE_OPTIONS, sourceOf } from '../audit-log/source.ts';
import type { Command, ExitCode, Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { asciiJson, printable } from '../printable.ts';
import { styleOf } from '../style.ts';
import { FILTER_HELP, FILTER_OPTIONS, filterOf } from './filters.ts';
import { Outcomes } from './outcomes.ts';
import { readPast } from './since.ts';
import { lineOf, missingLine } from './words.ts';

const DEFAULT_SINCE = '15m';

const help = `Usage: portcullis audit tail [FILE… | -] [--follow] [--since TIME] [FILTERS] [--all] [--json]

Shows one line for each decision: when, what became of it, who asked for what, and its id; below it what the policy found.
An attempt is shown only when no outcome came.

${SOURCE_HELP}
${FILTER_HELP}
Options:
  -f, --follow       goes on with what is added, until it is stopped
  --since TIME       how long ago (90s, 15m, 2h, 7d), a date in UTC, or a time (default for a log group: ${DEFAULT_SINCE})
  --all              attempts too, as they are made
  --json             the OCSF events themselves, one a line
  -h, --help         this text

CloudWatch gets lines late and out of order: each is shown once, when it arrives, up to 15 minutes late. What is no log line
on standard input is passed through, so that one can read what the service on this machine says: npm start | npx portcullis
audit tail -

Exit codes: 0 the log has ended, 1 CloudWatch does not answer, 2 the log cannot be read.
`;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  ...FILTER_OPTIONS,
  follow: { type: 'boolean', short: 'f' },
  since: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export async function run(args: readonly string[], terminal: Terminal, waiting: Waiting = forEver): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['FILE…']);
  const source = sourceOf(values, positionals, terminal, waiting);
  const wanted = filterOf(values);
  const since = values.since ?? (source.isRemote ? DEFAULT_SINCE : undefined);
  const sinceEpochMs = since === undefined ? undefined : readPast('--since', since, terminal.now(), 'start');
  const style = styleOf(terminal);
  const outcomes = new Outcomes();

  const isWanted = (record: AuditRecord) =>
    (sinceEpochMs === undefined || record.epochMs >= sinceEpochMs) && wanted(record);
  const show = (record: AuditRecord) =>
    terminal.out(values.json ? `${asciiJson(record.event)}\n` : lineOf(record, style));
  const showMissing = (attempts: readonly AuditRecord[]) => {
    // Under --all they were shown when they were made; as JSON the attempt says nothing new then.
    for (const attempt of attempts.filter(isWanted)) {
      if (!values.json) terminal.out(missingLine(attempt, style));
      else if (!values.all) terminal.out(`${asciiJson(attempt.event)}\n`);
    }
  };
  const take = (line: string) => {
    let isLogLine = line.startsWith('{');
    for (const event of eventsIn(line)) {
      isLogLine = true;
      const record = recordOf(event);
      if (record === undefined || !outcomes.see(record, waiting.clock.elapsedMs())) continue;
      if ((record.phase !== 'attempt' || values.all === true) && isWanted(record)) show(record);
    }
    if (source.isStandardInput && !isLogLine && !values.json) terminal.out(`${printable(line)}\n`);
  };

  const lines = values.follow ? source.follow({ sinceEpochMs }) : source.read({ sinceEpochMs });
  for await (const batch of lines) {
    for (const line of batch) take(line);
    if (batch.length === 0) showMissing(outcomes.overdue(waiting.clock.elapsedMs()));
  }
  showMissing(outcomes.left());
  return 0;
}

export const tail: Command = { summary: 'Shows decisions as they are made.', help, run };
