/** `portcullis policy diff`: what changes for whom. */
import type { Policy } from '../../policy/policy.ts';
import type { Command, ExitCode, Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { type Style, styleOf } from '../style.ts';
import { table } from '../table.ts';
import { type Change, changesBetween } from './changes.ts';
import { policyIn } from './load.ts';

const help = `Usage: portcullis policy diff OLD NEW [--json]

Shows what changes for whom between two policies: teams with their principals and agents, the rules that each team is held
to (its own settings, the organisation's and \`final\` taken together), and exemptions. Comments, order and revision do not
count. Either may be a policy as people write it (YAML) or as it was built into an artefact (policy.json).

Options:
  --json       the changes as JSON
  -h, --help   this text

Exit codes: 0 the same in effect, 1 different, 2 the command line or a file is not usable.
`;

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, ['OLD', 'NEW']);
  const [before, after] = [await policyIn(positionals[0]!), await policyIn(positionals[1]!)];
  const changes = changesBetween(before, after);
  terminal.out(values.json ? inJson(before, after, changes) : inText(before, after, changes, styleOf(terminal)));
  return changes.length === 0 ? 0 : 1;
}

function inJson(before: Policy, after: Policy, changes: readonly Change[]): string {
  const identity = ({ revision, digest }: Policy) => ({ revision, digest });
  const report = { same: changes.length === 0, old: identity(before), new: identity(after), changes };
  return `${JSON.stringify(report, null, 2)}\n`;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function inText(before: Policy, after: Policy, changes: readonly Change[], style: Style): string {
  const name = ({ revision, digest }: Policy) => `${revision} (${digest.slice(0, 12)})`;
  const head = `From ${name(before)} to ${name(after)}: `;
  if (changes.length === 0) return `${head}the same in effect.\n`;
  const paint = { added: style.good, removed: style.bad, changed: style.odd };
  const rows = changes.map(({ about, kind, id, text }) => [paint[kind](SIGNS[kind]), about, id, text]);
  const note = before.revision === after.revision ? ' Both have the same revision: give the new one another.' : '';
  return `${head}${changes.length} ${changes.length === 1 ? 'change' : 'changes'}.${note}\n\n${table([], rows)}\n`;
}

export const diff: Command = { summary: 'Shows what changes for whom between two policies.', help, run };
