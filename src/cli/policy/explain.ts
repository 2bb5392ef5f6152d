/** `portcullis policy explain`: the decision that a request would get, rule by rule. */
import { decide, type Verdict } from '../../policy/decide.ts';
import type { Policy } from '../../policy/policy.ts';
import { parsePrincipalArn, principalText } from '../../policy/principal.ts';
import type { PolicyRequest, Principal } from '../../policy/request.ts';
import type { Violation } from '../../policy/rule.ts';
import { type Command, CommandError, type ExitCode, type Terminal } from '../command.ts';
import { readArgs, readInstant } from '../options.ts';
import { type Style, styleOf } from '../style.ts';
import { table } from '../table.ts';
import { DEFAULT_POLICY, policyIn } from './load.ts';
import { requestIn } from './request-file.ts';

const help = `Usage: portcullis policy explain REQUEST.json --as PRINCIPAL [--policy FILE] [--at TIME] [--json]

Shows what a policy says of a request, rule by rule. REQUEST.json is the body of POST /v1/policy/evaluations:
{"operation": "CreateAgentActionGroup", "agentId": "AGENT12345", "agentVersion": "DRAFT", "actionGroup": {…}}.

Options:
  --as PRINCIPAL       who asks: the ARN of a role, a user or an assumed role
  --issuer ISSUER      instead of --as: who asks with a token of this issuer
  --claim NAME=VALUE   a claim of that token; again for more, and for a claim that is a list
  --policy FILE        the policy (default: ${DEFAULT_POLICY})
  --at TIME            the moment at which exemptions are looked at (default: now)
  --agent-account ID   where the agent is (default: the account of PRINCIPAL)
  --agent-region NAME  where the agent is (default: AWS_REGION, AWS_DEFAULT_REGION)
  --json               the decision as JSON
  -h, --help           this text

Exit codes: 0 allowed, 1 denied, 2 the command line or a file is not usable.
`;

const OPTIONS = {
  as: { type: 'string' },
  issuer: { type: 'string' },
  claim: { type: 'string', multiple: true },
  policy: { type: 'string' },
  at: { type: 'string' },
  'agent-account': { type: 'string' },
  'agent-region': { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['REQUEST.json']);
  const principal = principalOf(values);
  const atEpochMs = values.at === undefined ? terminal.now() : readInstant('--at', values.at);
  const policy = await policyIn(values.policy ?? DEFAULT_POLICY);
  const asked = await requestIn(positionals[0]!);
  const { AWS_REGION, AWS_DEFAULT_REGION } = terminal.env;
  const request: PolicyRequest = {
    ...asked,
    principal,
    clientTokenGiven: 'clientToken' in asked && asked.clientToken !== undefined,
    agentAccount: values['agent-account'] ?? (principal.kind === 'iam' ? principal.account : undefined),
    agentRegion: values['agent-region'] ?? (AWS_REGION || AWS_DEFAULT_REGION || undefined),
  };
  const verdict = decide(policy, request, atEpochMs);
  terminal.out(
    values.json ? inJson(policy, verdict, atEpochMs) : inText(policy, request, verdict, atEpochMs, styleOf(terminal)),
  );
  return verdict.effect === 'allow' ? 0 : 1;
}

function principalOf({ as: arn, issuer, claim = [] }: Values): Principal {
  if ((arn === undefined) === (issuer === undefined)) {
    throw new CommandError('say who asks: either --as ARN, or --issuer ISSUER with --claim NAME=VALUE.', 2);
  }
  if (arn !== undefined) {
    const principal = parsePrincipalArn(arn);
    if (principal === undefined || claim.length > 0) {
      throw new CommandError(
        `--as ${arn} names no caller. Write the ARN of a role, a user or an assumed role, without claims.`,
        2,
      );
    }
    return principal;
  }
  const claims = Map.groupBy(claim.map(nameAndValue), ([name]) => name);
  const pairs = [...claims].map(([name, all]) => [name, all.length === 1 ? all[0]![1] : all.map(([, value]) => value)]);
  return { kind: 'jwt', issuer: issuer!, claims: Object.fromEntries(pairs) };
}

function nameAndValue(claim: string): [name: string, value: string] {
  const at = claim.indexOf('=');
  if (at < 1) throw new CommandError(`--claim ${claim} is not NAME=VALUE.`, 2);
  return [claim.slice(0, at), claim.slice(at + 1)];
}

interface RuleVerdict {
  readonly rule: string;
  readonly verdict: 'passes' | 'warns' | 'denies';
  /** Without which the rule would not pass. */
  readonly exemption?: string;
}

function ruleByRule({ document }: Policy, { rules, violations, warnings, exemptions }: Verdict): RuleVerdict[] {
  const applied = new Map(
    document.exemptions.filter(({ id }) => exemptions.includes(id)).map(({ id, rule }) => [rule, id]),
  );
  return rules.map((rule) => {
    const exemption = applied.get(rule);
    if (exemption !== undefined) return { rule, verdict: 'passes', exemption };
    const isOf = (finding: Violation) => finding.rule === rule;
    return { rule, verdict: violations.some(isOf) ? 'denies' : warnings.some(isOf) ? 'warns' : 'passes' };
  });
}

function inJson(policy: Policy, verdict: Verdict, atEpochMs: number): string {
  const { broken, ...decision } = verdict;
  const errors = broken?.map(({ rule, cause }) => ({ rule, error: String(cause) }));
  const report = {
    at: new Date(atEpochMs).toISOString(),
    decision,
    rules: ruleByRule(policy, verdict),
    broken: errors,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function inText(policy: Policy, request: PolicyRequest, verdict: Verdict, atEpochMs: number, style: Style): string {
  const { effect, team, violations, warnings, broken = [] } = verdict;
  const paint = { passes: style.good, warns: style.odd, denies: style.bad };
  const where = [request.agentAccount, request.agentRegion].filter((part) => part !== undefined).join(', ');
  const facts = [
    ['decision', effect === 'allow' ? style.good('allow') : style.bad('deny')],
    ['caller', `${principalText(request.principal)}${team === undefined ? ', in no one team' : `, team ${team}`}`],
    ['request', `${request.operation} of agent ${request.agentId}${where === '' ? '' : ` (${where})`}`],
    ['at', new Date(atEpochMs).toISOString()],
    ['policy', `revision ${policy.revision}, digest ${policy.digest}`],
  ];
  const rows = ruleByRule(policy, verdict).map(({ rule, verdict, exemption }) => {
    return [rule, `${paint[verdict](verdict)}${exemption === undefined ? '' : ` by exemption ${exemption}`}`];
  });
  const errors = broken.map(({ rule, cause }) => style.bad(`${rule} could not judge: ${String(cause)}`));
  return [
    table([], facts),
    '',
    table(['RULE', 'VERDICT'], rows),
    ...[...violations, ...warnings].flatMap((violation) => ['', ...inLines(violation, violations.includes(violation))]),
    ...(errors.length === 0 ? [] : ['', ...errors]),
    '',
  ].join('\n');
}

function inLines({ rule, pointer, message, allowed, fix }: Violation, denies: boolean): string[] {
  const choices = Array.isArray(allowed) ? allowed.join(', ') : JSON.stringify(allowed);
  return [
    `${rule} ${denies ? 'denies' : 'warns'}${pointer === '' ? '' : ` ${pointer}`}`,
    `  ${message}`,
    ...(allowed === undefined ? [] : [`  allowed: ${choices || 'nothing'}`]),
    `  fix: ${fix}`,
  ];
}

export const explain: Command = { summary: 'Shows what a policy says of a request, rule by rule.', help, run };
