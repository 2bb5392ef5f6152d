import { describe, expect, test } from 'vitest';
import type { ParameterError } from '../../src/deploy/deployment.ts';
import { PARAMETER_DEFAULTS, PARAMETERS, type Parameter } from '../../src/deploy/parameters.ts';
import { deployment } from './deployment.ts';

function faultsOf(parameters: Record<string, unknown>): readonly string[] {
  try {
    deployment(parameters);
    return [];
  } catch (error) {
    return (error as ParameterError).faults;
  }
}

test('the defaults are usable', () => {
  expect(faultsOf(PARAMETER_DEFAULTS)).toEqual([]);
});

test('every parameter says what it is for and what it takes', () => {
  for (const [name, { about, expected }] of Object.entries<Parameter>(PARAMETERS)) {
    expect([name, about.length > 10, expected.length > 5]).toEqual([name, true, true]);
  }
});

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666';
const ENDPOINT = 'vpce-0a1b2c3d4e5f67890';

describe('a mistake names the parameter and the remedy', () => {
  test.each([
    [
      'a retention that CloudWatch has not',
      { logRetentionInDays: 401 },
      /^logRetentionInDays is "401": give it one of 1, 3,/,
    ],
    [
      'an organisation by its name',
      { organizationId: 'Example' },
      /^organizationId is "Example": give it the id of an AWS org/,
    ],
    ['a root id for an organisation', { organizationId: 'r-ab12' }, /^organizationId /],
    ['an account of eleven digits', { callerAccounts: '11112222333' }, /^callerAccounts .+ 12-digit account ids/],
    ['accounts with blanks between', { callerAccounts: '111122223333, 444455556666' }, /^callerAccounts /],
    ['a key of another region', { kmsKeyArn: KEY }, /^kmsKeyArn is of another region than the stack: .+ us-east-1/],
    ['an alias of a key', { kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:alias/logs' }, /^kmsKeyArn .+ not an alias/],
    [
      'a topic of another region',
      { alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms' },
      /^alarmTopicArn is of another/,
    ],
    [
      'a topic that keeps order',
      { alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:alarms.fifo' },
      /^alarmTopicArn /,
    ],
    [
      'a policy from nowhere',
      { policySource: 'appconfig', policyProfile: 'pro1234' },
      /^policySource is appconfig, but policyApplication, policyEnvironment are empty/,
    ],
    [
      'an issuer of tokens that nobody shows',
      { jwtIssuer: 'https://a.example' },
      /^jwtIssuer is set, but v1Authorization is iam/,
    ],
    ['a boundary that is no policy', { permissionsBoundaryArn: 'PowerUser' }, /^permissionsBoundaryArn is "PowerUser"/],
    ['a private API without a way in', { endpointType: 'PRIVATE' }, /^endpointType is PRIVATE, but vpcEndpointIds/],
    [
      'endpoints of an API that is not private',
      { vpcEndpointIds: ENDPOINT },
      /^vpcEndpointIds is set, but endpointType is REGIONAL/,
    ],
    [
      'tokens of nobody',
      { v1Authorization: 'jwt', jwtAudience: 'a' },
      /^v1Authorization is jwt, but jwtIssuer is empty/,
    ],
    [
      'tokens for anybody',
      { v1Authorization: 'jwt', jwtIssuer: 'https://a.example' },
      /^v1Authorization is jwt, but jwtAudience/,
    ],
    ['tokens over plain HTTP', { v1Authorization: 'jwt', jwtIssuer: 'http://a', jwtAudience: 'a' }, /^jwtIssuer /],
    [
      'a way to say who one is that there is not',
      { awsAuthorization: 'none' },
      /^awsAuthorization is "none": give it iam or proof/,
    ],
    ['an edge API', { endpointType: 'EDGE' }, /^endpointType is "EDGE"/],
    ['a rate of nothing', { createsPerSecond: 0 }, /^createsPerSecond is "0"/],
    ['memory that Lambda has not', { memorySizeMb: 127 }, /^memorySizeMb is "127"/],
    ['a function that may never run', { reservedConcurrency: 0 }, /^reservedConcurrency is "0"/],
    ['yes for true', { deletionProtection: 'yes' }, /^deletionProtection is "yes": give it true or false/],
    ['a misspelt name', { logRetentionDays: 30 }, /^logRetentionDays is no parameter/],
  ])('%s', (_name, parameters, fault) => {
    const faults = faultsOf(parameters);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  test('all at once', () => {
    expect(faultsOf({ logLevel: 'loud', organizationId: 'x', endpointType: 'PRIVATE' })).toHaveLength(3);
  });
});

test.each([
  ['128', true],
  ['999', true],
  ['1769', true],
  ['9999', true],
  ['10000', true],
  ['10240', true],
  ['10241', false],
  ['11000', false],
  ['100', false],
])('%s MB of memory: %s', (memorySizeMb, taken) => {
  expect(faultsOf({ memorySizeMb }).length === 0).toBe(taken);
});

test('what a command line gives as text is read as what it means', () => {
  const { logRetentionInDays, deletionProtection, reservedConcurrency, api } = deployment({
    logRetentionInDays: '30',
    deletionProtection: 'false',
    reservedConcurrency: '7',
    endpointType: 'PRIVATE',
    vpcEndpointIds: ENDPOINT,
    callerAccounts: '444455556666,777788889999',
  });
  expect([logRetentionInDays, deletionProtection, reservedConcurrency]).toEqual([30, false, 7]);
  expect(api).toMatchObject({
    isPrivate: true,
    vpcEndpointIds: [ENDPOINT],
    callerAccounts: ['444455556666', '777788889999'],
  });
});
