/** `portcullis audit show`: all that is on record of one decision. */
import { DETECTION_FINDING, eventsIn, type Json } from '../audit-log/events.ts';
import { forEver, type Source, type Waiting, type Wanted } from '../audit-log/reading.ts';
import { type AuditRecord, blockOf, recordOf, textOf } from '../audit-log/record.ts';
import { SOURCE_HELP, SOURCE_OPTIONS, sourceOf } from '../audit-log/source.ts';
import { type Command, CommandError, type ExitCode, type Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { asciiJson } from '../printable.ts';
import { styleOf } from '../style.ts';
import { type Case, inWords } from './case.ts';
import { readPast } from './since.ts';

const DEFAULT_SINCE = '7d';

const help = `Usage: portcullis audit show DECISION [FILE…] [--since TIME] [--json]

Tells everything about one decision: who asked, from where, for what (schemas and descriptions as they are recorded: measured,
not quoted), what the policy said of it, and what became of it: with the request ids under which CloudTrail has the calls to
Bedrock, what reconciliation found, and the other decisions with the same client token (retries and replays).

DECISION is the X-Decision-Id of an answer, \`decisionId\` of a problem, or the last word of a line of \`audit tail\`.

${SOURCE_HELP}
Options:
  --since TIME       where to begin: how long ago (15m, 2h, 90d), a date in UTC, or a time (default for a log group: ${DEFAULT_SINCE})
  --json             the events as JSON
  -h, --help         this text

Exit codes: 0 here it is, 1 there is no such decision in that time, 2 the log cannot be read.
`;

const OPTIONS = { ...SOURCE_OPTIONS, since: { type: 'string' }, json: { type: 'boolean' } } as const;

export async function run(args: readonly string[], terminal: Terminal, waiting: Waiting = forEver): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['DECISION', 'FILE…']);
  const [decisionId = '', ...paths] = positionals;
  if (!/^[\w-]{1,64}$/.test(decisionId)) {
    throw new CommandError(
      `${JSON.stringify(decisionId)} is no decision id. One looks like 0b0c1c5e-6a52-4c3e-9d3f-0c5b9f2f6a11.`,
      2,
    );
  }
  const source = sourceOf(values, paths, terminal, waiting);
  if (source.isStandardInput) {
    throw new CommandError('standard input can be read only once, and this reads twice. Name a file.', 2);
  }
  const since = values.since ?? (source.isRemote ? DEFAULT_SINCE : undefined);
  const sinceEpochMs = since === undefined ? undefined : readPast('--since', since, terminal.now(), 'start');

  const found = await caseOf(decisionId, source, sinceEpochMs);
  if (found === undefined) {
    const where = since === undefined ? source.name : `${source.name} since ${since}`;
    const more =
      since === undefined ? 'Is this the right log?' : 'Look further back with --since, such as --since 90d.';
    throw new CommandError(`there is no decision ${decisionId} in ${where}. ${more}`);
  }
  terminal.out(values.json ? `${asciiJson(asJson(found), 2)}\n` : inWords(found, styleOf(terminal)));
  return 0;
}

async function caseOf(decisionId: string, source: Source, sinceEpochMs: number | undefined): Promise<Case | undefined> {
  const records: { [P in AuditRecord['phase']]?: AuditRecord } = {};
  const findings = new Map<string, Json>();
  const own = { member: 'decisionId', value: decisionId } as const;
  for await (const event of eventsOf(source, { sinceEpochMs, only: own })) {
    if (event.class_uid === DETECTION_FINDING) {
      if (blockOf(event.unmapped).decisionId !== decisionId) continue;
      // Told anew when more is known of it.
      findings.set(textOf(blockOf(event.metadata).uid) ?? asciiJson(event), event);
    }
    const record = recordOf(event);
    if (record?.decisionId === decisionId) records[record.phase] ??= record;
  }
  const main = records.outcome ?? records.attempt ?? records.preparation;
  if (main === undefined && findings.size === 0) return undefined;
  const { attempt, outcome, preparation } = records;
  const sameToken = main?.tokenHash === undefined ? [] : await withToken(main, main.tokenHash, source, sinceEpochMs);
  return { decisionId, attempt, outcome, preparation, findings: [...findings.values()], sameToken };
}

/** The other decisions for which this token was sent to Bedrock, the oldest first. */
async function withToken(
  { decisionId }: AuditRecord,
  tokenHash: string,
  source: Source,
  sinceEpochMs: number | undefined,
): Promise<AuditRecord[]> {
  // It becomes part of a filter's text.
  if (!/^[0-9a-f]{64}$/.test(tokenHash)) return [];
  const others = new Map<string, AuditRecord>();
  const only = { member: 'idempotency.tokenHash', value: tokenHash } as const;
  for await (const event of eventsOf(source, { sinceEpochMs, only })) {
    const record = recordOf(event);
    if (record === undefined || record.tokenHash !== tokenHash || record.decisionId === decisionId) continue;
    if (record.phase === 'outcome' || !others.has(record.decisionId)) others.set(record.decisionId, record);
  }
  return [...others.values()].sort((a, b) => a.epochMs - b.epochMs || (a.decisionId < b.decisionId ? -1 : 1));
}

/** Most lines are of other decisions, and need not be understood. */
async function* eventsOf(source: Source, wanted: Wanted & { readonly only: { readonly value: string } }) {
  const { value } = wanted.only;
  for await (const lines of source.read(wanted)) {
    for (const line of lines) if (line.includes(value)) yield* eventsIn(line);
  }
}

function asJson({ decisionId, attempt, outcome, preparation, findings, sameToken }: Case) {
  const eventOf = (record: AuditRecord | undefined) => record?.event;
  return {
    decisionId,
    attempt: eventOf(attempt),
    outcome: eventOf(outcome),
    preparation: eventOf(preparation),
    findings,
    sameToken: sameToken.map(({ event }) => event),
  };
}

export const show: Command = { summary: 'Tells everything about one decision.', help, run };
