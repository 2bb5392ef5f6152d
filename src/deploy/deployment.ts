import { PARAMETERS, type Parameter, type ParameterName } from './parameters.ts';

/** One deployment of the stack: its parameters, checked, under the names that the rest of this folder uses. */
export interface Deployment {
  readonly stage: string;
  readonly region: string;
  /** `portcullis-<stage>`: what physical names begin with, and the dimension `service` of every metric. */
  readonly name: string;
  /** Under which the framework puts the gateway's deployment; another one each time it packages. */
  readonly gatewayDeploymentId: string;
  readonly api: ApiSettings;
  readonly reservedConcurrency: number | undefined;
  readonly logRetentionInDays: number;
  readonly kmsKeyArn: string | undefined;
  readonly permissionsBoundaryArn: string | undefined;
  readonly deletionProtection: boolean;
  readonly alarmTopicArn: string | undefined;
}

export interface ApiSettings {
  readonly isPrivate: boolean;
  readonly vpcEndpointIds: readonly string[];
  readonly organizationId: string | undefined;
  readonly callerAccounts: readonly string[];
  /** Which surfaces have an authorizer of ours in place of AWS's signatures. */
  readonly authorizers: { readonly v1: boolean; readonly aws: boolean };
  readonly createsLogRole: boolean;
  readonly perSecond: Rates;
}

export interface Rates {
  readonly creates: number;
  readonly updates: number;
  readonly prepares: number;
  readonly awsCalls: number;
  readonly reads: number;
}

/** Where the framework puts a stack, beside its parameters. */
export interface Place {
  readonly stage: string;
  readonly region: string;
  /** Another one for each packaging. */
  readonly instanceId: string;
}

export type ParameterValues = Readonly<Record<string, unknown>>;

/** Every unusable parameter at once, each with its remedy. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The parameters are not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
    // Whoever reads it mends a parameter, and wants it to be the last thing on the terminal.
    this.stack = this.message;
  }
}

/** @throws {ParameterError} naming every parameter that cannot be used, and what to give instead. */
export function deploymentOf(values: ParameterValues, { stage, region, instanceId }: Place): Deployment {
  const of = (name: ParameterName) => String(values[name] ?? PARAMETERS[name].default).trim();
  const listOf = (name: ParameterName) => of(name).split(',').filter(Boolean);
  const numberOf = (name: ParameterName) => Number(of(name));
  const faults = [
    ...when(!STAGE.test(stage), STAGE_FAULT),
    ...unknown(Object.keys(values)),
    ...malformed(of),
    ...contradictions(of, region),
  ];
  if (faults.length > 0) throw new ParameterError(faults);
  return {
    stage,
    region,
    name: `portcullis-${stage}`,
    gatewayDeploymentId: `ApiGatewayDeployment${instanceId}`,
    api: {
      isPrivate: of('endpointType') === 'PRIVATE',
      vpcEndpointIds: listOf('vpcEndpointIds'),
      organizationId: of('organizationId') || undefined,
      callerAccounts: listOf('callerAccounts'),
      authorizers: { v1: of('v1Authorization') === 'jwt', aws: of('awsAuthorization') === 'proof' },
      createsLogRole: of('apiGatewayLogRole') === 'create',
      perSecond: {
        creates: numberOf('createsPerSecond'),
        updates: numberOf('updatesPerSecond'),
        prepares: numberOf('preparesPerSecond'),
        awsCalls: numberOf('awsCallsPerSecond'),
        reads: numberOf('readsPerSecond'),
      },
    },
    reservedConcurrency: numberOf('reservedConcurrency') || undefined,
    logRetentionInDays: numberOf('logRetentionInDays'),
    kmsKeyArn: of('kmsKeyArn') || undefined,
    permissionsBoundaryArn: of('permissionsBoundaryArn') || undefined,
    deletionProtection: of('deletionProtection') === 'true',
    alarmTopicArn: of('alarmTopicArn') || undefined,
  };
}

type Read = (name: ParameterName) => string;

const STAGE = /^[a-z][a-z0-9-]{0,19}$/;
const STAGE_FAULT =
  'The stage is part of names that AWS limits: give it a lower-case letter and up to 19 letters, digits and hyphens.';

/** A misspelt parameter would leave the default in force. */
function unknown(names: readonly string[]): string[] {
  return names
    .filter((name) => !(name in PARAMETERS))
    .map(
      (name) => `${name} is no parameter: take it out, or spell it as one of ${Object.keys(PARAMETERS).join(', ')}.`,
    );
}

function malformed(of: Read): string[] {
  return Object.entries<Parameter>(PARAMETERS)
    .filter(([name, { accepts }]) => !accepts.test(of(name as ParameterName)))
    .map(([name, { expected }]) => `${name} is "${of(name as ParameterName)}": give it ${expected}.`);
}

function contradictions(of: Read, region: string): string[] {
  const isPrivate = of('endpointType') === 'PRIVATE';
  const isJwt = of('v1Authorization') === 'jwt';
  const elsewhere = (['kmsKeyArn', 'alarmTopicArn'] as const).filter((name) => {
    const inRegion = of(name).split(':')[3];
    return inRegion !== undefined && inRegion !== region;
  });
  const ofAppConfig = (['policyApplication', 'policyEnvironment', 'policyProfile'] as const).filter(
    (name) => !of(name),
  );
  return [
    ...when(
      of('policySource') === 'appconfig' && ofAppConfig.length > 0,
      `policySource is appconfig, but ${ofAppConfig.join(', ')} ${ofAppConfig.length === 1 ? 'is' : 'are'} empty: give the ids that AppConfig shows.`,
    ),
    ...when(
      !isJwt && of('jwtIssuer'),
      'jwtIssuer is set, but v1Authorization is iam: make that jwt, or leave the issuer out.',
    ),
    ...elsewhere.map((name) => `${name} is of another region than the stack: give it one of ${region}.`),
    ...when(
      isPrivate && !of('vpcEndpointIds'),
      'endpointType is PRIVATE, but vpcEndpointIds names no way in: give it the ids of the VPC endpoints for execute-api.',
    ),
    ...when(
      !isPrivate && of('vpcEndpointIds'),
      'vpcEndpointIds is set, but endpointType is REGIONAL: make that PRIVATE, or leave the ids out.',
    ),
    ...when(
      isJwt && !of('jwtIssuer'),
      'v1Authorization is jwt, but jwtIssuer is empty: give it the issuer as the tokens name it.',
    ),
    ...when(
      isJwt && !of('jwtAudience'),
      'v1Authorization is jwt, but jwtAudience is empty: give it the audience that the tokens are for.',
    ),
  ];
}

function when(fault: unknown, message: string): string[] {
  return fault ? [message] : [];
}
