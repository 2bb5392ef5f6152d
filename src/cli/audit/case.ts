/** All that is on record of one decision, in words. */
import { isBlock, type Json } from '../audit-log/events.ts';
import { type AuditRecord, blockOf, textOf } from '../audit-log/record.ts';
import { printable } from '../printable.ts';
import type { Style } from '../style.ts';
import { becameOf } from './filters.ts';
import { askedOf, foundIn, lineOf, missingLine, paintOf, timeOf, valueText } from './words.ts';

export interface Case {
  readonly decisionId: string;
  readonly attempt: AuditRecord | undefined;
  readonly outcome: AuditRecord | undefined;
  readonly preparation: AuditRecord | undefined;
  /** Of reconciliation with CloudTrail. */
  readonly findings: readonly Json[];
  readonly sameToken: readonly AuditRecord[];
}

export function inWords(found: Case, style: Style): string {
  const { decisionId, attempt, outcome, preparation, findings, sameToken } = found;
  const main = outcome ?? attempt ?? preparation;
  const id = style.bold(printable(decisionId));
  const blocks =
    main === undefined
      ? [`Decision ${id} is not on record; reconciliation speaks of it.`]
      : [
          `Decision ${id}: ${paintOf(becameOf(main), style)(becameOf(main))}, ${printable(askedOf(main))}`,
          section('Who', whoOf(main)),
          section('Asked', askedFacts(attempt ?? main)),
          [section('Policy', policyOf(main)), ...foundIn(main, style).map((line) => `  ${line}`)].join('\n'),
          section('Outcome', outcomeOf(outcome)),
          ...(preparation === undefined ? [] : [section('Preparation', preparationOf(preparation))]),
        ];
  if (findings.length > 0) blocks.push(`Reconciliation found\n${findings.map(findingText).join('\n')}`);
  if (sameToken.length > 0) {
    const lines = sameToken.map((record) =>
      record.phase === 'attempt' ? missingLine(record, style) : lineOf(record, style),
    );
    blocks.push(`The same client token\n${lines.join('').trimEnd().replaceAll(/^/gm, '  ')}`);
  }
  return `${blocks.join('\n\n')}\n`;
}

type Row = readonly [name: string, value: unknown];

/** What nobody knows is left out. */
function section(title: string, rows: readonly Row[]): string {
  const lines = rows
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `  ${`${name}:`.padEnd(22)} ${valueText(value)}`);
  return [title, ...lines].join('\n');
}

function whoOf({ event, facts, team, principal, session, epochMs, durationMs }: AuditRecord): Row[] {
  const user = blockOf(blockOf(event.actor).user);
  const source = blockOf(event.src_endpoint);
  return [
    ['team', team ?? 'none'],
    ['principal', principal],
    ['session', session],
    ['unique id', user.uid],
    ['account', blockOf(user.account).uid],
    ...flat(facts.token).map(([name, value]): Row => [`token ${name}`, value]),
    ['from', source.ip ?? source.name],
    ['user agent', blockOf(event.http_request).user_agent],
    ['when', durationMs === undefined ? timeOf(epochMs) : `${timeOf(epochMs - durationMs)}, for ${durationMs} ms`],
    ['request id', blockOf(blockOf(event.api).request).uid],
    ['trace id', facts.traceId],
  ];
}

function askedFacts({ event, facts, operation }: AuditRecord): Row[] {
  const { account, region } = blockOf(event.cloud);
  const named = [
    'agentId',
    'agentVersion',
    'actionGroupId',
    'actionGroupName',
    'dryRun',
    'prepare',
    'clientTokenGiven',
  ];
  const flags = ['ifMatchGiven', 'skipResourceInUseCheck', 'disableFirst'];
  return [
    ['operation', operation],
    ['in', [blockOf(account).uid, region].filter((part) => textOf(part) !== undefined).join(' ')],
    ...[...named, ...flags].map((name): Row => [name, facts[name]]),
    ...flat(facts.actionGroup).filter(([name]) => name !== 'actionGroupName'),
    ['token hash', blockOf(facts.idempotency).tokenHash],
  ];
}

/** The members of nested blocks, each under its path. */
function flat(value: unknown, path = ''): Row[] {
  if (!isBlock(value)) return path === '' ? [] : [[path, value]];
  return Object.entries(value).flatMap(([name, member]) =>
    flat(member, path === '' ? printable(name) : `${path}.${printable(name)}`),
  );
}

function policyOf({ event, facts, effect }: AuditRecord): Row[] {
  const { version, uid } = blockOf(event.policy);
  const { rules } = blockOf(facts.decision);
  return [
    ['effect', effect],
    ['revision', version],
    ['digest', uid],
    ['rules that ran', Array.isArray(rules) ? rules.join(', ') : undefined],
  ];
}

function outcomeOf(outcome: AuditRecord | undefined): Row[] {
  if (outcome === undefined) {
    return [
      ['disposition', 'not on record: the request is still running, was cut off, or its outcome could not be written'],
    ];
  }
  const { event, facts, code, disposition } = outcome;
  const { actionGroupId, recovered, stored, upstream } = blockOf(facts.outcome);
  const { requestId, error, latencyMs } = blockOf(upstream);
  return [
    ['disposition', disposition],
    ['code', code],
    ['HTTP status', blockOf(blockOf(event.api).response).code],
    ['action group', actionGroupId],
    ['found, not answered', recovered],
    ['remembered', stored],
    ['Bedrock request id', requestId],
    ['Bedrock said', error],
    ['Bedrock took', typeof latencyMs === 'number' ? `${latencyMs} ms` : undefined],
    ['in CloudTrail', textOf(requestId) && `requestID ${requestId}; this decision's id is in its user agent`],
  ];
}

function preparationOf({ facts, epochMs }: AuditRecord): Row[] {
  const { status, code, failureReasons, upstream } = blockOf(facts.preparation);
  return [
    ['status', status],
    ['code', code],
    ['failure reasons', Array.isArray(failureReasons) && failureReasons.length > 0 ? failureReasons : undefined],
    ['Bedrock request id', blockOf(upstream).requestId],
    ['when', timeOf(epochMs)],
  ];
}

function findingText({ finding_info, unmapped, message, time }: Json): string {
  const { types, title } = blockOf(finding_info);
  const { eventId } = blockOf(unmapped);
  const when = typeof time === 'number' && !Number.isNaN(new Date(time).getTime()) ? timeOf(time) : undefined;
  const kind = Array.isArray(types) ? types.filter((type) => typeof type === 'string').join(', ') : undefined;
  const words = [when, kind, textOf(message) ?? textOf(title), textOf(eventId) && `CloudTrail event ${eventId}`];
  return `  ${words
    .filter((word) => word !== undefined)
    .map((word) => printable(word))
    .join('  ')}`;
}
