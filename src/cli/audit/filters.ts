/** Which decisions somebody wants to see. */

import { OPERATIONS } from '../../policy/request.ts';
import { type AuditRecord, DISPOSITIONS } from '../audit-log/record.ts';
import { CommandError } from '../command.ts';

/** What became of a decision; nobody knows of an attempt that has no outcome. */
const BECAME = [...DISPOSITIONS, 'no-outcome'] as const;
export type Became = (typeof BECAME)[number];

export function becameOf({ disposition }: AuditRecord): Became {
  return disposition ?? 'no-outcome';
}

export const FILTER_OPTIONS = {
  team: { type: 'string', multiple: true },
  agent: { type: 'string', multiple: true },
  principal: { type: 'string', multiple: true },
  rule: { type: 'string', multiple: true },
  effect: { type: 'string', multiple: true },
  disposition: { type: 'string', multiple: true },
  operation: { type: 'string', multiple: true },
} as const;

export const FILTER_HELP = `Which decisions (a filter again for either, several filters for all at once):
  --team NAME --agent ID
  --principal ARN    * stands for any text: --principal '*/payments-ci/*'
  --rule ID          what denied or warned
  --effect allow|deny
  --disposition D    ${BECAME.join(', ')}
  --operation NAME   such as CreateAgentActionGroup
`;

type Values = { readonly [K in keyof typeof FILTER_OPTIONS]?: readonly string[] | undefined };

/** @throws {CommandError} when a value can never match. */
export function filterOf(values: Values): (record: AuditRecord) => boolean {
  known('--effect', values.effect, ['allow', 'deny']);
  known('--disposition', values.disposition, BECAME);
  known('--operation', values.operation, OPERATIONS);
  const tests: ((record: AuditRecord) => boolean)[] = [];
  const add = (wanted: readonly string[] | undefined, of: (record: AuditRecord) => readonly (string | undefined)[]) => {
    if (wanted === undefined) return;
    const set = new Set<string | undefined>(wanted);
    tests.push((record) => of(record).some((value) => set.has(value)));
  };
  add(values.team, ({ team }) => [team]);
  add(values.agent, ({ agentId }) => [agentId]);
  add(values.effect, ({ effect }) => [effect]);
  add(values.operation, ({ operation }) => [operation]);
  add(values.rule, ({ violations, warnings }) => [...violations, ...warnings].map(({ rule }) => rule));
  // How far a change is live is no disposition.
  add(values.disposition, (record) => (record.phase === 'preparation' ? [] : [becameOf(record)]));
  const { principal: patterns } = values;
  if (patterns !== undefined) {
    tests.push(({ principal }) => patterns.some((pattern) => matchesWild(pattern, principal)));
  }
  return (record) => tests.every((test) => test(record));
}

function known(option: string, values: readonly string[] | undefined, choices: readonly string[]): void {
  for (const value of values ?? []) {
    if (!choices.includes(value)) throw new CommandError(`${option} ${value} is none of ${choices.join(', ')}.`, 2);
  }
}

/** `*` stands for any text, `/` and `:` included: this is for looking, not for permission. */
function matchesWild(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return pattern === text;
  const last = others.pop() as string;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}
