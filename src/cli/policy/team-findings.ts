/** Who is in the teams, and which agents they have. */
import type { Document, TeamEntry } from '../../policy/document/document.ts';
import { type PrincipalPattern, parseArnPattern } from '../../policy/principal.ts';
import type { Finding } from './finding.ts';
import { overlapOf } from './overlap.ts';

export function* teamFindings({ teams }: Document): Generator<Finding> {
  if (Object.keys(teams).length === 0) {
    yield {
      severity: 'warning',
      path: [],
      at: 'value',
      message: 'There are no teams, so nobody is allowed anything.',
      fix: 'Add a team under `teams`.',
    };
  }
  for (const [name, team] of Object.entries(teams)) {
    yield* emptiness(name, team);
    yield* breadth(name, team);
    yield* repetition(name, team);
  }
  yield* sharedPrincipals(teams);
  yield* sharedAgents(teams);
}

function* emptiness(name: string, { principals, agents }: TeamEntry): Generator<Finding> {
  const path = ['teams', name];
  if (principals.length === 0) {
    const message = `Team ${name} is unreachable: it has no principals.`;
    yield { severity: 'warning', path, at: 'key', message, fix: 'Name its roles, or remove the team.' };
  }
  if (agents.length === 0) {
    const message = `Team ${name} has no agents, so everything it asks for is denied.`;
    yield { severity: 'warning', path, at: 'key', message, fix: 'Name its agents, or remove the team.' };
  }
}

function* breadth(name: string, { principals }: TeamEntry): Generator<Finding> {
  for (const [index, principal] of principals.entries()) {
    const pattern = typeof principal === 'string' ? parseArnPattern(principal) : undefined;
    if (pattern === undefined || !/^[*/]*$/.test(pattern.name)) continue;
    const whom = pattern.type === 'account' ? 'everyone' : `every ${pattern.type}`;
    yield {
      severity: 'warning',
      path: ['teams', name, 'principals', index],
      at: 'value',
      message: `${principal} is ${whom} of account ${pattern.account}.`,
      fix: 'Name the roles that the team works with.',
    };
  }
}

function* repetition(name: string, { principals, agents }: TeamEntry): Generator<Finding> {
  for (const [index, principal] of principals.entries()) {
    const by = principals.find(
      (other, at) =>
        at !== index &&
        overlapOf(principal, other).kind === 'covered' &&
        // Of two that mean the same, the first stays.
        (at < index || overlapOf(other, principal).kind !== 'covered'),
    );
    if (by === undefined) continue;
    const path = ['teams', name, 'principals', index];
    const message = `${inWords(principal)} adds nobody: ${inWords(by)} is in the team as well.`;
    yield { severity: 'note', path, at: 'value', message, fix: 'Remove it.' };
  }
  for (const [index, agent] of agents.entries()) {
    const again = agents.indexOf(agent) !== index;
    if (!again && (agent === '*' || !agents.includes('*'))) continue;
    const message = `${agent} is one of the team’s agents already.`;
    yield { severity: 'note', path: ['teams', name, 'agents', index], at: 'value', message, fix: 'Remove it.' };
  }
}

/** A caller in two teams is denied everything, so what two teams both name is lost to both. */
function* sharedPrincipals(teams: Document['teams']): Generator<Finding> {
  const names = Object.keys(teams);
  for (const [name, { principals }] of Object.entries(teams)) {
    const others = names.filter((other) => other !== name);
    let lost = 0;
    for (const [index, principal] of principals.entries()) {
      const path = ['teams', name, 'principals', index];
      const overlaps = others.flatMap((team) =>
        (teams[team] as TeamEntry).principals.map((by) => ({ team, by, ...overlapOf(principal, by) })),
      );
      const covered = overlaps.find(({ kind }) => kind === 'covered');
      if (covered !== undefined) {
        lost++;
        const message = `Whoever ${inWords(principal)} names is also in team ${covered.team}, by ${inWords(covered.by)}, and is denied everything.`;
        const fix = `Remove it here, or narrow the principals of team ${covered.team}.`;
        yield { severity: 'error', path, at: 'value', message, fix };
        continue;
      }
      for (const { team, by, ...overlap } of overlaps) {
        // Told once for each pair; and where the other is covered by this one, it is told there.
        if (overlap.kind !== 'shared' || names.indexOf(team) > names.indexOf(name)) continue;
        if (overlapOf(by, principal).kind === 'covered') continue;
        const message = `${inWords(principal)} and ${inWords(by)} of team ${team} have callers in common, such as ${overlap.example}; those are denied everything.`;
        yield { severity: 'warning', path, at: 'value', message, fix: 'Choose patterns that cannot both match.' };
      }
    }
    if (principals.length > 0 && lost === principals.length) {
      const message = `Team ${name} is unreachable: all of its principals are in other teams, too.`;
      yield { severity: 'error', path: ['teams', name], at: 'key', message, fix: 'Leave each principal in one team.' };
    }
  }
}

function* sharedAgents(teams: Document['teams']): Generator<Finding> {
  const first = new Map<string, string>();
  for (const [name, { agents }] of Object.entries(teams)) {
    for (const [index, agent] of agents.entries()) {
      const path = ['teams', name, 'agents', index];
      const fix = 'Nothing, if that is meant: each team is held to its own rules.';
      const owner = first.get(agent);
      if (agent === '*' && agents.indexOf('*') === index) {
        const message = `Team ${name} manages every agent, those of other teams included.`;
        yield { severity: 'note', path, at: 'value', message, fix };
      } else if (owner !== undefined && owner !== name) {
        const message = `Teams ${owner} and ${name} share the agent ${agent}.`;
        yield { severity: 'note', path, at: 'value', message, fix };
      }
      if (owner === undefined) first.set(agent, name);
    }
  }
}

export function inWords(principal: PrincipalPattern): string {
  if (typeof principal === 'string') return principal;
  return `${principal.claim} = ${principal.equals} (${principal.issuer})`;
}
