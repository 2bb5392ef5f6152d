/** The template as it would be deployed, in the modes that the parameters choose. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALARMS } from '../../src/deploy/alarms.ts';
import { functionId, functionsOf } from '../../src/deploy/functions.ts';
import { ASYNCHRONOUS, PERMISSIONS } from '../../src/deploy/permissions.ts';
import { roleId } from '../../src/deploy/roles.ts';
import { ROLE_PATH } from '../../src/reconciliation/role-path.ts';
import { packaged, type Resource, type Template } from './packaged.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666';
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:alarms';

const BOUNDARY = 'arn:aws:iam::111122223333:policy/developers';
const MODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as it comes': {},
  'private, with a key and proofs of identity': {
    endpointType: 'PRIVATE',
    vpcEndpointIds: 'vpce-0a1b2c3d4e5f67890,vpce-0a1b2c3d4e5f67891',
    organizationId: 'o-a1b2c3d4e5',
    callerAccounts: '444455556666',
    awsAuthorization: 'proof',
    kmsKeyArn: KEY,
    alarmTopicArn: TOPIC,
    reservedConcurrency: '20',
    memorySizeMb: '512',
    scanEnabled: 'true',
    policySource: 'appconfig',
    policyApplication: 'app1234',
    policyEnvironment: 'env1234',
    policyProfile: 'pro1234',
    apiGatewayLogRole: 'existing',
  },
  'with JSON Web Tokens': {
    v1Authorization: 'jwt',
    jwtIssuer: 'https://login.example.com/',
    jwtAudience: 'portcullis',
    organizationId: 'o-a1b2c3d4e5',
    permissionsBoundaryArn: BOUNDARY,
  },
};

const templates = new Map<string, Template>();

beforeAll(async () => {
  for (const [mode, parameters] of Object.entries(MODES)) templates.set(mode, await packaged('prod', parameters));
}, 60_000);

const plain = () => templates.get('as it comes')!;
const full = () => templates.get('private, with a key and proofs of identity')!;
const tokens = () => templates.get('with JSON Web Tokens')!;

function of(type: string, template: Template): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

/** Statements of IAM policies, wherever in the template they stand. */
function statementsIn(value: unknown, path = ''): { path: string; statement: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'Effect' in value && 'Action' in value ? [{ path, statement: value as Record<string, unknown> }] : [];
  return [
    ...here,
    ...Object.entries(value).flatMap(([key, child]) => statementsIn(child, path === '' ? key : `${path}.${key}`)),
  ];
}

const list = (value: unknown) => (Array.isArray(value) ? value : [value]);

describe.each(Object.keys(MODES))('%s', (mode) => {
  const template = () => templates.get(mode)!;
  const functions = () => of('AWS::Lambda::Function', template());

  test('no statement allows an action by a pattern', () => {
    const allowed = statementsIn(template().Resources).filter(({ statement }) => statement.Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(Object.keys(PERMISSIONS).length);
    expect(allowed.flatMap(({ statement }) => list(statement.Action)).filter((action) => /[*?]/.test(action))).toEqual(
      [],
    );
  });

  /** IAM knows no resource for these. */
  const WITHOUT_RESOURCES = [
    'bedrock:ListAgents',
    'cloudtrail:LookupEvents',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ];
  test('every resource is named, but where IAM knows none', () => {
    const anything = statementsIn(template().Resources).filter(
      ({ statement }) => statement.Effect === 'Allow' && list(statement.Resource).includes('*'),
    );
    const actions = new Set(anything.flatMap(({ statement }) => list(statement.Action)));
    expect([...actions].sort()).toEqual(WITHOUT_RESOURCES);
  });

  test('each function is arm64, traced, on its own role, in the one log group, and waits no longer than the gateway', () => {
    expect(
      functions()
        .map(([id]) => id)
        .sort(),
    ).toEqual(Object.keys(PERMISSIONS).map(functionId).sort());
    for (const name of Object.keys(PERMISSIONS)) {
      expect(template().Resources[functionId(name)]!.Properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
        Role: { 'Fn::GetAtt': [roleId(name), 'Arn'] },
        LoggingConfig: { LogGroup: '/portcullis/prod' },
      });
      const { Timeout } = template().Resources[functionId(name)]!.Properties;
      expect([name, Timeout <= (ASYNCHRONOUS.includes(name) ? 900 : 28)]).toEqual([name, true]);
    }
  });

  test('only functions have the path of roles that may call Bedrock', () => {
    const roles = of('AWS::IAM::Role', template()).filter(([, { Properties }]) => Properties.Path === ROLE_PATH);
    expect(roles.map(([id]) => id).sort()).toEqual(Object.keys(PERMISSIONS).map(roleId).sort());
  });

  test('no environment holds a secret', () => {
    for (const [, { Properties }] of functions()) {
      const variables = Object.entries<unknown>(Properties.Environment.Variables);
      expect(variables.filter(([name]) => /SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|API_KEY/i.test(name))).toEqual([]);
      expect(JSON.stringify(variables)).not.toMatch(/AKIA|ASIA|-----BEGIN/);
    }
  });

  test('every log group keeps what it has for a time that somebody chose, and stays', () => {
    const groups = of('AWS::Logs::LogGroup', template());
    expect(groups.map(([, { Properties }]) => Properties.LogGroupName)).toEqual([
      '/portcullis/prod',
      '/portcullis/prod/access',
    ]);
    for (const [, group] of groups) {
      expect(group).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: { RetentionInDays: 400, DeletionProtectionEnabled: true },
      });
    }
  });

  test('every table is encrypted, can be brought back, refuses to be deleted, and stays', () => {
    const tables = of('AWS::DynamoDB::Table', template());
    expect(tables).toHaveLength(2);
    for (const [, table] of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          SSESpecification: { SSEEnabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: true,
        },
      });
    }
  });

  test('no route is open but health', () => {
    const open = of('AWS::ApiGateway::Method', template())
      .filter(([, { Properties }]) => Properties.AuthorizationType === 'NONE')
      .map(([id]) => id);
    expect(open).toEqual(['ApiGatewayMethodHealthGet']);
  });

  test('what nobody waits for leaves what it cannot take in the encrypted queue, which is watched', () => {
    const configured = of('AWS::Lambda::EventInvokeConfig', template()).map(([, { Properties }]) => Properties);
    expect(configured.map(({ FunctionName }) => FunctionName.Ref).sort()).toEqual(ASYNCHRONOUS.map(functionId).sort());
    for (const { DestinationConfig } of configured) {
      expect(DestinationConfig.OnFailure.Destination).toEqual({ 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] });
    }
    const { KmsMasterKeyId, SqsManagedSseEnabled, QueueName } = template().Resources.UndeliveredQueue!.Properties;
    expect(KmsMasterKeyId ?? SqsManagedSseEnabled).toBeTruthy();
    expect(template().Resources.AlarmUndelivered!.Properties.Dimensions).toEqual([
      { Name: 'QueueName', Value: QueueName },
    ]);
  });

  test('every alarm of the catalogue is there and says what it means and what to do', () => {
    const alarms = of('AWS::CloudWatch::Alarm', template());
    expect(alarms.map(([, { Properties }]) => Properties.AlarmName.replace('portcullis-prod-', '')).sort()).toEqual(
      Object.keys(ALARMS).sort(),
    );
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmDescription.length).toBeGreaterThan(60);
      expect(Properties.AlarmDescription.length).toBeLessThanOrEqual(1024);
      expect(Properties.Metrics?.length ?? 1).toBeLessThanOrEqual(11); // ten metrics and their sum
    }
  });

  test.skipIf(!isHere('cfn-lint'))('cfn-lint finds nothing', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-lint-'));
    try {
      const file = join(folder, 'template.json');
      writeFileSync(file, JSON.stringify(template()));
      // W3005: the framework names dependencies that a reference implies already.
      const found = promisify(execFile)('cfn-lint', ['--ignore-checks', 'W3005', '--', file]);
      expect(
        await found.then(
          () => '',
          ({ stdout }) => stdout,
        ),
      ).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the stage of the API', () => {
  const stage = () => plain().Resources.ApiGatewayStage!.Properties;

  test('is the only one, and serves the deployment that has all routes and gateway responses', () => {
    const [[id, deployment] = [], ...others] = of('AWS::ApiGateway::Deployment', plain());
    expect(others).toEqual([]);
    expect(stage().DeploymentId).toEqual({ Ref: id });
    expect(deployment!.Properties.StageName).toEqual({ Ref: 'AWS::NoValue' });
    const served = [...of('AWS::ApiGateway::Method', plain()), ...of('AWS::ApiGateway::GatewayResponse', plain())];
    expect([...deployment!.DependsOn!].sort()).toEqual(served.map(([name]) => name).sort());
  });

  test("is traced, and writes one line of JSON a request, with nothing in the caller's own words", () => {
    expect(stage().TracingEnabled).toBe(true);
    const format = JSON.parse(stage().AccessLogSetting.Format);
    expect(format).toMatchObject({
      service: 'portcullis-prod',
      requestId: '$context.requestId',
      status: '$context.status',
    });
    expect(JSON.stringify(format)).not.toMatch(/userAgent|context\.path|error\.message"|authorizer\.claims|header/);
    expect(stage().MethodSettings.map(({ LoggingLevel }: { LoggingLevel: string }) => LoggingLevel)).toEqual(
      stage().MethodSettings.map(() => 'OFF'),
    );
  });

  /** What Bedrock takes of an account in a second, and the routes by which a request may ask for it. */
  test.each([
    ['creations', 12, ['POST …/action-groups', 'PUT …/action-groups/by-name/{actionGroupName}']],
    [
      'updates',
      6,
      [
        'PUT …/action-groups/{actionGroupId}',
        'PUT …/action-groups/by-name/{actionGroupName}',
        'DELETE …/action-groups/{actionGroupId}',
      ],
    ],
    ['prepares', 2, ['POST /v1/agents/{agentId}/prepare']],
    ['creations by AWS clients', 12, ['ANY /aws/{proxy+}']],
  ] as const)('lets through no more %s than Bedrock takes', (_what, quota, routes) => {
    const rates = new Map<string, number>(
      stage().MethodSettings.map(
        (setting: { HttpMethod: string; ResourcePath: string; ThrottlingRateLimit: number }) => [
          `${setting.HttpMethod} ${setting.ResourcePath.slice(1).replaceAll('~1', '/').replace('/v1/agents/{agentId}/versions/{agentVersion}', '…')}`,
          setting.ThrottlingRateLimit,
        ],
      ),
    );
    const sum = routes.reduce((total, route) => total + rates.get(route)!, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(quota);
  });
});

describe('who reaches the API', () => {
  const policy = (template: Template) => template.Resources.ApiGatewayRestApi!.Properties.Policy.Statement;

  test('without parameters the account alone, signed, and everybody its health', () => {
    expect(policy(plain())).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { AWS: [{ 'Fn::Sub': expect.stringMatching(/^arn:.+:iam::.+AccountId\}:root$/) }] },
        Resource: ['execute-api:/prod/*/v1/*', 'execute-api:/prod/*/aws/*'],
      }),
      expect.objectContaining({ Effect: 'Allow', Principal: '*', Resource: ['execute-api:/prod/GET/health'] }),
    ]);
  });

  test('in private through the named endpoints alone, and from named accounts within the organisation', () => {
    const [signed, open, elsewhere] = policy(full());
    expect(signed.Principal.AWS).toHaveLength(2);
    expect(signed.Condition).toEqual({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } });
    expect(signed.Resource).toEqual(['execute-api:/prod/*/v1/*']);
    // A proof of identity is no signature, so this policy sees no principal.
    expect(open.Resource).toEqual(['execute-api:/prod/GET/health', 'execute-api:/prod/*/aws/*']);
    expect(elsewhere).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': ['vpce-0a1b2c3d4e5f67890', 'vpce-0a1b2c3d4e5f67891'] } },
    });
    expect(full().Resources.ApiGatewayRestApi!.Properties.EndpointConfiguration).toEqual({
      Types: ['PRIVATE'],
      VpcEndpointIds: ['vpce-0a1b2c3d4e5f67890', 'vpce-0a1b2c3d4e5f67891'],
    });
  });

  test('an organisation alone admits all its accounts', () => {
    const [signed] = policy(tokens());
    expect(signed).toMatchObject({
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
      Resource: ['execute-api:/prod/*/aws/*'],
    });
  });
});

describe('a customer managed key', () => {
  test('is on tables, log groups and the queue', () => {
    const uses = (template: Template) =>
      Object.entries(template.Resources).filter(([, { Properties }]) => {
        const { KmsKeyId, KmsMasterKeyId, SSESpecification } = Properties ?? {};
        return [KmsKeyId, KmsMasterKeyId, SSESpecification?.KMSMasterKeyId].includes(KEY);
      });
    expect(
      uses(full())
        .map(([id]) => id)
        .sort(),
    ).toEqual(['AccessLogGroup', 'IdempotencyTable', 'LogGroup', 'ProvenanceTable', 'UndeliveredQueue']);
    expect(uses(plain())).toEqual([]);
  });

  test('is used by those functions alone that use what it encrypts, and only through that', () => {
    for (const [name, { table, provenance }] of Object.entries(PERMISSIONS)) {
      const { Statement } = full().Resources[roleId(name)]!.Properties.Policies[0].PolicyDocument;
      const kms = Statement.filter(({ Action }: { Action: string[] }) =>
        Action.some((action) => action.startsWith('kms:')),
      );
      const needed = table.length + provenance.length > 0 || ASYNCHRONOUS.includes(name);
      expect([name, kms.length]).toEqual([name, needed ? 1 : 0]);
      for (const { Resource, Condition } of kms) {
        expect(Resource).toBe(KEY);
        expect(Condition.StringEquals['kms:ViaService'].length).toBeGreaterThan(0);
      }
    }
  });
});

test('reconciliation takes for ours what any writing function does, and nothing else', () => {
  for (const name of ['reconcile', 'detect-bypass']) {
    const { SERVICE_ROLES } = plain().Resources[functionId(name)]!.Properties.Environment.Variables;
    const roles = SERVICE_ROLES['Fn::Join'][1].map(({ Ref }: { Ref: string }) => Ref);
    expect(roles.sort()).toEqual(functionsOf('writing').map(roleId).sort());
  }
});

test('no alarm adds up more metrics than one can', () => {
  for (const group of ['writing', 'asking', 'background'] as const) {
    expect([group, functionsOf(group).length > 0, functionsOf(group).length <= 10]).toEqual([group, true, true]);
  }
});

// The newest period may only be filled, since its figures come late: it alone must not keep an alarm from going off.
test('an alarm that fills gaps looks at one period more than must breach', () => {
  const filling = of('AWS::CloudWatch::Alarm', plain()).filter(([, alarm]) => JSON.stringify(alarm).includes('FILL('));
  expect(filling.length).toBeGreaterThan(0);
  for (const [id, { Properties }] of filling) {
    expect([id, Properties.EvaluationPeriods - Properties.DatapointsToAlarm]).toEqual([id, 1]);
  }
});

test('the dashboard shows every alarm, and what there is to see of this stage alone', () => {
  const { DashboardBody } = plain().Resources.Dashboard!.Properties;
  const { widgets } = JSON.parse(DashboardBody['Fn::Sub']) as { widgets: { type: string; properties: Widget }[] };
  const alarms = of('AWS::CloudWatch::Alarm', plain()).map(([, { Properties }]) => Properties.AlarmName);
  expect(widgets[0]!.properties.alarms!.map((arn) => arn.split(':alarm:')[1]).sort()).toEqual(alarms.sort());
  for (const { properties } of widgets.slice(1)) {
    for (const line of properties.metrics ?? [properties.query])
      expect(JSON.stringify(line)).toMatch(/portcullis.prod|prod-portcullis/);
  }
});

interface Widget {
  readonly alarms?: readonly string[];
  readonly metrics?: readonly unknown[];
  readonly query?: string;
}

test('a topic hears of every alarm, and of its end', () => {
  for (const [, { Properties }] of of('AWS::CloudWatch::Alarm', full())) {
    expect(Properties).toMatchObject({ AlarmActions: [TOPIC], OKActions: [TOPIC] });
  }
  for (const [, { Properties }] of of('AWS::CloudWatch::Alarm', plain()))
    expect(Properties).not.toHaveProperty('AlarmActions');
});

test('concurrency is reserved for what writes, where a parameter says so', () => {
  const reserved = (template: Template) =>
    of('AWS::Lambda::Function', template).filter(
      ([, { Properties }]) => Properties.ReservedConcurrentExecutions === 20,
    );
  expect(reserved(full()).map(([id]) => id)).toContain(functionId('create-action-group'));
  expect(reserved(full()).map(([id]) => id)).not.toContain(functionId('get-policy'));
  expect(reserved(plain())).toEqual([]);
});

test('a mistake in a parameter ends the packaging, and says what to give instead', async () => {
  const failure = await packaged('prod', { logRetentionInDays: '401', alarmTopic: TOPIC }).then(
    () => '',
    ({ stdout }) => stdout,
  );
  expect(failure).toContain('logRetentionInDays is "401": give it one of 1, 3, 5,');
  expect(failure).toContain('alarmTopic is no parameter:');
});

function isHere(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('where the organisation demands a boundary, every role has it', () => {
  const boundaries = of('AWS::IAM::Role', tokens()).map(([, { Properties }]) => Properties?.PermissionsBoundary);
  expect(new Set(boundaries)).toEqual(new Set([BOUNDARY]));
  expect(of('AWS::IAM::Role', plain()).some(([, { Properties }]) => 'PermissionsBoundary' in Properties!)).toBe(false);
});

test('what reads policies from outside is packaged where they come from there', () => {
  const files = (name: string, more: readonly string[] = []) =>
    ['index.mjs', ...more, 'policy.json'].map((file) => `dist/${name}/${file}`);
  for (const name of Object.keys(PERMISSIONS)) {
    expect(plain().packages[name]?.toSorted()).toEqual(files(name));
    expect(full().packages[name]?.toSorted()).toEqual(files(name, ['outside-policy/policy-file.mjs']));
  }
});
