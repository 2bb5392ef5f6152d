/**
 * Where a service is called, as its own rule set has it: in place of the rule sets, the reader of them and a list of all
 * regions with their descriptions (20 KiB). A test holds these against each other for every region and every setting.
 */

/** What a rule set is asked; an operator sets the last three by environment variables of the SDK. */
export interface EndpointParams {
  readonly Region?: string | undefined;
  /** A URL that somebody chose instead. */
  readonly Endpoint?: string | undefined;
  readonly UseFIPS?: boolean | undefined;
  readonly UseDualStack?: boolean | undefined;
}

export interface Endpoint {
  readonly url: URL;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string[]>>;
}

export interface Partition {
  readonly name: string;
  readonly dnsSuffix: string;
  readonly dualStackDnsSuffix: string;
}

const PARTITIONS: readonly (readonly [regions: RegExp, ...partition: readonly [string, string, string]])[] = [
  [/^(?:cn-\w+-\d+|aws-cn-global)$/, 'aws-cn', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  [/^eusc-de-\w+-\d+$/, 'aws-eusc', 'amazonaws.eu', 'api.amazonwebservices.eu'],
  [/^(?:us-iso-\w+-\d+|aws-iso-global)$/, 'aws-iso', 'c2s.ic.gov', 'api.aws.ic.gov'],
  [/^(?:us-isob-\w+-\d+|aws-iso-b-global)$/, 'aws-iso-b', 'sc2s.sgov.gov', 'api.aws.scloud'],
  [/^(?:eu-isoe-\w+-\d+|aws-iso-e-global)$/, 'aws-iso-e', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  [/^(?:us-isof-\w+-\d+|aws-iso-f-global)$/, 'aws-iso-f', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  [/^(?:us-gov-\w+-\d+|aws-us-gov-global)$/, 'aws-us-gov', 'amazonaws.com', 'api.aws'],
  [/^/, 'aws', 'amazonaws.com', 'api.aws'],
];

/** The SDK's rule: a region that no partition knows is one of the commercial one. */
export function partitionOf(region: string): Partition {
  for (const [regions, name, dnsSuffix, dualStackDnsSuffix] of PARTITIONS) {
    if (regions.test(region)) return { name, dnsSuffix, dualStackDnsSuffix };
  }
  throw new TypeError('The last partition takes every region.');
}

export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

export function endpoint(url: string, properties: Endpoint['properties'] = {}): Endpoint {
  return { url: new URL(url), properties, headers: {} };
}

/**
 * A service with one address in each region.
 *
 * @param plainWithFips where its usual address keeps FIPS already
 */
export function regional(
  service: string,
  plainWithFips: (region: string, partition: Partition) => boolean = () => false,
): (params: EndpointParams) => Endpoint {
  return ({ Region, Endpoint, UseFIPS, UseDualStack }) => {
    if (Endpoint !== undefined) return chosen(Endpoint, UseFIPS, UseDualStack);
    if (Region === undefined) throw new EndpointError('Invalid Configuration: Missing Region');
    const partition = partitionOf(Region);
    const fips = UseFIPS && (UseDualStack || !plainWithFips(Region, partition)) ? '-fips' : '';
    const suffix = UseDualStack ? partition.dualStackDnsSuffix : partition.dnsSuffix;
    return endpoint(`https://${service}${fips}.${Region}.${suffix}`);
  };
}

/** @throws {EndpointError} */
export function chosen(url: string, fips: boolean | undefined, dualStack: boolean | undefined): Endpoint {
  const refused = fips ? 'FIPS' : dualStack ? 'Dualstack' : undefined;
  if (refused !== undefined) {
    throw new EndpointError(`Invalid Configuration: ${refused} and custom endpoint are not supported`);
  }
  return endpoint(url);
}
