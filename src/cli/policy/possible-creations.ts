/** Whether a team can create anything at all: rules that each make sense may leave nothing between them. */
import { parseLambdaPrefix } from '../../policy/lambda-arn.ts';
import { pattern } from '../../policy/pattern/pattern.ts';
import type { Syntax } from '../../policy/pattern/syntax.ts';
import type { ActiveRule, Policy } from '../../policy/policy.ts';
import type { ActionGroup } from '../../policy/request.ts';
import type { Judged } from '../../policy/rule.ts';
import { RESERVED_NAMES, SIGNATURES } from '../../policy/signatures.ts';
import type { Finding } from './finding.ts';

/** Tries creations made to please the rules; that none of them passes is no proof, but worth a look. */
export function* possibilityFindings({ teams }: Policy): Generator<Finding> {
  for (const [name, { rules }] of teams) {
    const denying = (rules.get('CreateAgentActionGroup') ?? []).filter(({ enforcement }) => enforcement === 'deny');
    const tries = [...creations(denying)];
    const passes = (creation: Judged) =>
      denying.every(({ rule, settings }) => rule.check(creation, settings).length === 0);
    if (tries.some(passes)) continue;
    const alone = denying.filter(({ rule, settings }) => tries.every((one) => rule.check(one, settings).length > 0));
    const among = (alone.length > 0 ? alone : denying).map(({ rule }) => rule.id).join(', ');
    const message = `Nothing that team ${name} could create seems to satisfy ${among}.`;
    const fix = 'Loosen one of them, or remove the team.';
    yield { severity: 'warning', path: ['teams', name], at: 'key', message, fix };
  }
}

function* creations(rules: readonly ActiveRule[]): Generator<Judged> {
  const settingsOf = (id: string) => rules.find(({ rule }) => rule.id === id)?.settings ?? {};
  const listed = (id: string, setting: string) => (settingsOf(id)[setting] ?? []) as string[];
  const matching = (id: string) => {
    const source = settingsOf(id).pattern as string | undefined;
    return source === undefined ? [] : [textLike(pattern(source).syntax)];
  };
  const names = [...matching('action-group-name-matches'), 'book-flight'];
  const prefixes = listed('lambda-arn-has-required-prefix', 'prefixes');
  const lambdas = (prefixes.length === 0 ? [SOME_PREFIX] : prefixes).map((prefix) => {
    return `${prefix}${/[-_:]$/.test(prefix) ? 'x' : ''}:1`;
  });
  const buckets = [...listed('s3-schema-is-in-allowed-bucket', 'buckets'), 'bucket'];
  const keys = [...matching('s3-schema-key-matches'), 'book.yaml'];
  const description = 'x'.repeat(200);
  const actionGroupState = 'DISABLED';

  const executors: ActionGroup['actionGroupExecutor'][] = [
    undefined,
    ...lambdas.map((lambda) => ({ lambda })),
    { customControl: 'RETURN_CONTROL' },
  ];
  const schemas: Pick<ActionGroup, 'apiSchema' | 'functionSchema'>[] = [
    {},
    {
      functionSchema: { functions: [{ name: 'book', description: 'x'.repeat(1200), requireConfirmation: 'ENABLED' }] },
    },
    { apiSchema: { payload: '{}' } },
    ...buckets.flatMap((s3BucketName) =>
      keys.map((s3ObjectKey) => ({ apiSchema: { s3: { s3BucketName, s3ObjectKey } } })),
    ),
  ];
  for (const actionGroupName of names) {
    for (const actionGroupExecutor of executors) {
      for (const schema of schemas) {
        yield creationOf({
          actionGroupName,
          description,
          actionGroupState,
          ...schema,
          ...(actionGroupExecutor && { actionGroupExecutor }),
        });
      }
    }
  }
  for (const parentActionGroupSignature of SIGNATURES) {
    for (const actionGroupName of [RESERVED_NAMES.get(parentActionGroupSignature) ?? [], names].flat()) {
      yield creationOf({ actionGroupName, parentActionGroupSignature, actionGroupState });
    }
  }
}

const SOME_PREFIX = 'arn:aws:lambda:us-east-1:111122223333:function:x-';

/** At an agent that is where its function is. */
function creationOf(actionGroup: ActionGroup): Judged {
  const lambda = actionGroup.actionGroupExecutor?.lambda ?? SOME_PREFIX;
  const { account, region } = parseLambdaPrefix(lambda.split(':').slice(0, 7).join(':')) ?? {};
  return {
    operation: 'CreateAgentActionGroup',
    agentId: 'AGENT12345',
    agentVersion: 'DRAFT',
    agentAccount: account,
    agentRegion: region,
    clientTokenGiven: true,
    actionGroup,
  };
}

/** A short text that a pattern matches: the first of each choice, repeated as seldom as may be. */
function textLike(syntax: Syntax): string {
  switch (syntax.kind) {
    case 'one': {
      const within = (code: number) =>
        syntax.ranges.some(([from, to]) => code >= from && code <= to) !== syntax.negated;
      return syntax.literal ?? [...LIKELY].find((character) => within(character.charCodeAt(0))) ?? '';
    }
    case 'sequence':
      return syntax.parts.map(textLike).join('');
    case 'choice':
      return textLike(syntax.parts[0] as Syntax);
    case 'repeat':
      return textLike(syntax.part).repeat(syntax.min);
    default:
      return '';
  }
}

const LIKELY = 'xaX1-_./ ';
