/** What serverless.yml gives the functions of reconciliation, against the code that depends on it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { roleId } from '../../src/deploy/roles.ts';
import { WRITES } from '../../src/reconciliation/write-event.ts';

const { functions, custom, provider } = parse(readFileSync('serverless.yml', 'utf8'));
const { LOG_GROUP, SERVICE_ROLES } = custom.reconciled;

test('the roles that are this service are those of every function that may write', () => {
  const writing = Object.entries(PERMISSIONS).filter(([, { bedrock }]) =>
    WRITES.some((name) => bedrock.includes(`bedrock:${name}`)),
  );
  const [separator, refs] = SERVICE_ROLES['Fn::Join'];
  expect(separator).toBe(',');
  expect(refs.map(({ Ref }: { Ref: string }) => Ref).sort()).toEqual(writing.map(([name]) => roleId(name)).sort());
});

test('the log group is the one that every function writes to', () => {
  expect(LOG_GROUP).toBe(provider.logs.lambda.logGroup);
});

test('both functions are given it', () => {
  for (const name of ['reconcile', 'detect-bypass']) {
    expect(functions[name].environment).toBe(`\${self:custom.reconciled}`);
  }
});

test('the event comes for every write that is governed, and for nothing else', () => {
  const [{ eventBridge }] = functions['detect-bypass'].events;
  expect(eventBridge.pattern).toEqual({
    source: ['aws.bedrock'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: { eventSource: ['bedrock.amazonaws.com'], eventName: [...WRITES] },
  });
});

test('neither may change anything in Bedrock, and only one reads CloudTrail and the log', () => {
  expect(PERMISSIONS.reconcile).toMatchObject({ bedrock: [], bedrockAccount: [], policy: [] });
  expect(PERMISSIONS['detect-bypass']).toMatchObject({ bedrock: [], provenance: [], log: [], trail: [], policy: [] });
});
