/** What the ledger of commits says of a load: the judge of every answer. */
import type { LedgerEntry } from '../../src/local/bedrock/state.ts';
import type { Mix } from './mix.ts';

export interface Verdict {
  readonly tokens: number;
  readonly repeats: number;
  readonly commits: number;
  /** Each sentence is a promise that was broken, with what shows it; none is what a load must come to. */
  readonly broken: readonly string[];
}

export function verdictOf(mix: Mix, ledger: readonly LedgerEntry[], attempts: ReadonlySet<string>): Verdict {
  const broken: string[] = [];
  const created = ledger.filter(({ operation }) => operation === 'CreateAgentActionGroup');
  const byName = Map.groupBy(created, ({ name }) => String(name));
  for (const { name, ids, succeeded } of mix.creations.values()) {
    const commits = byName.get(name) ?? [];
    if (commits.length > 1) broken.push(`At most one commit for a token: ${name} has ${commits.length}.`);
    if (succeeded === 0) broken.push(`Every token comes to its group in the end: ${name} did not.`);
    for (const id of ids) {
      if (commits[0]?.actionGroupId !== id) broken.push(`A success names what was committed: ${name} was told ${id}.`);
    }
  }
  for (const name of mix.forbidden) {
    if (byName.has(name)) broken.push(`Nothing denied or invalid is made: ${name} was.`);
  }
  for (const { name, userAgent } of ledger) {
    const decision = /portcullis-decision\/(\S+)/.exec(userAgent)?.[1];
    if (decision === undefined || !attempts.has(decision)) broken.push(`Every commit is on record: ${name} is not.`);
  }
  const tokens = mix.creations.size;
  const sent = [...mix.creations.values()].reduce((sum, creation) => sum + creation.sent, 0);
  return { tokens, repeats: sent - tokens, commits: ledger.length, broken };
}
