import { describe, expect, test } from 'vitest';
import { parseIdentityConfig } from '../../src/identity/config.ts';
import { stsEndpoint } from '../../src/identity/sts-endpoint.ts';

const ENV = { AWS_REGION: 'eu-west-1', IDENTITY_AUDIENCE: 'https://agents.example.com/prod' };

test('the audience, and the STS of the region', () => {
  expect(parseIdentityConfig(ENV)).toEqual({
    audience: 'https://agents.example.com/prod',
    sts: { origin: 'https://sts.eu-west-1.amazonaws.com', host: 'sts.eu-west-1.amazonaws.com', region: 'eu-west-1' },
  });
});

test('every bad variable is named at once', () => {
  const bad = { AWS_REGION: 'eu-west-1', IDENTITY_AUDIENCE: 'a b', AWS_ENDPOINT_URL_STS: 'http://sts.example.com' };
  expect(() => parseIdentityConfig(bad)).toThrow(
    /IDENTITY_AUDIENCE must name[\s\S]*AWS_ENDPOINT_URL_STS: .*must be https/,
  );
  expect(() => parseIdentityConfig({})).toThrow(/IDENTITY_AUDIENCE[\s\S]*AWS_REGION/);
});

describe('the STS endpoint', () => {
  test.each([
    ['of China', 'cn-north-1', undefined, 'https://sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['of GovCloud', 'us-gov-west-1', undefined, 'https://sts.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['global', 'eu-west-1', 'https://sts.amazonaws.com', 'https://sts.amazonaws.com', 'us-east-1'],
    [
      'of another region',
      'eu-west-1',
      'https://sts.us-west-2.amazonaws.com/',
      'https://sts.us-west-2.amazonaws.com',
      'us-west-2',
    ],
    [
      'FIPS',
      'us-east-1',
      'https://sts-fips.us-west-2.amazonaws.com',
      'https://sts-fips.us-west-2.amazonaws.com',
      'us-west-2',
    ],
    [
      'in a VPC',
      'us-east-1',
      'https://vpce-1-2.sts.eu-west-1.vpce.amazonaws.com',
      'https://vpce-1-2.sts.eu-west-1.vpce.amazonaws.com',
      'eu-west-1',
    ],
    ['emulated', 'eu-west-1', 'http://127.0.0.1:4566', 'http://127.0.0.1:4566', 'eu-west-1'],
    ['emulated, IPv6', 'eu-west-1', 'http://[::1]:4566', 'http://[::1]:4566', 'eu-west-1'],
  ])('%s', (_name, region, url, origin, scope) => {
    expect(stsEndpoint(region, url)).toEqual({ origin, host: origin.replace(/^https?:\/\//, ''), region: scope });
  });

  test.each([
    ['no URL', 'sts.us-east-1.amazonaws.com'],
    ['another scheme', 'ftp://sts.us-east-1.amazonaws.com'],
    ['http beyond this machine', 'http://sts.us-east-1.amazonaws.com'],
    ['http to a name that begins like this machine', 'http://localhost.example.com'],
    ['http to a name that begins like its address', 'http://127.0.0.1.example.com'],
    ['a user', 'https://user:secret@sts.us-east-1.amazonaws.com'],
    ['a path', 'https://sts.us-east-1.amazonaws.com/path'],
    ['a query', 'https://sts.us-east-1.amazonaws.com/?Action=x'],
    ['a fragment', 'https://sts.us-east-1.amazonaws.com/#x'],
  ])('is refused with %s', (_name, url) => {
    expect(() => stsEndpoint('us-east-1', url)).toThrow(/^The STS endpoint /);
  });
});
