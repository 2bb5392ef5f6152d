/** Policies to decide by: the repository's own, and such as grow. */
import { readFile } from 'node:fs/promises';
import type { Document } from '../../src/policy/document/document.ts';
import { checkDocument } from '../../src/policy/document/grammar.ts';
import { RULES } from '../../src/policy/rules/index.ts';
import { readPolicy } from '../../src/policy-source/policy-file.ts';

const OWN = 'policy/organisation.yaml';

export async function readPolicyFile(): Promise<{ document: Document; digest: string }> {
  return readPolicy(await readFile(OWN), OWN);
}

/**
 * A policy in which so many rules are in force, counted over all teams; the last team is the one that asks. Each rule has
 * the settings of its own first example, and is a warning, so that requests go through.
 *
 * @param lastPrincipal who is in the last team
 */
export function policyOf(instances: number, lastPrincipal: string): { document: Document; digest: string } {
  const rules = [...RULES.values()].map(({ id, examples }) => [id, { enforcement: 'warn', ...examples[0]?.settings }]);
  const teams = Math.max(1, Math.round(instances / rules.length));
  const checked = checkDocument({
    revision: 'bench',
    rules: Object.fromEntries(rules.slice(0, instances)),
    teams: Object.fromEntries(
      Array.from({ length: teams }, (_, index) => [
        `team${index}`,
        {
          principals: [index === teams - 1 ? lastPrincipal : `arn:aws:iam::111122223333:role/team${index}-*`],
          agents: ['AGENT12345'],
        },
      ]),
    ),
  });
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return { document: checked.ok, digest: '0'.repeat(64) };
}
