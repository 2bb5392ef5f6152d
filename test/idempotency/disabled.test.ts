import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config.ts';

const environment = { AWS_REGION: 'us-east-1', IDEMPOTENCY_TABLE: 'portcullis-idempotency' };
const withDisabled = (value: string) => ({ ...environment, POWERTOOLS_IDEMPOTENCY_DISABLED: value });

// Powertools' own switch, meant for tests: with it every duplicate would run, and nothing would say so.
describe('POWERTOOLS_IDEMPOTENCY_DISABLED', () => {
  test.each(['1', 't', 'true', 'TRUE', 'y', 'yes', 'on', ' true ', 'maybe', ''])('%j stops the deployment', (value) => {
    const parse = () => parseConfig(withDisabled(value));
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/POWERTOOLS_IDEMPOTENCY_DISABLED is set: remove it/);
  });

  test.each(['0', 'f', 'false', 'False', 'n', 'no', 'off'])('%j is what is so anyway', (value) => {
    expect(parseConfig(withDisabled(value))).toEqual(parseConfig(environment));
  });
});
