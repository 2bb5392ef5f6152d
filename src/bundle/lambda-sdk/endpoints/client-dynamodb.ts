/** DynamoDB has an address for each account too, which the SDK prefers where it knows the account. */
import { chosen, type Endpoint, EndpointError, type EndpointParams, endpoint, partitionOf } from '../endpoint.ts';

interface DynamoDBParams extends EndpointParams {
  /** From the credentials. */
  readonly AccountId?: string | undefined;
  readonly AccountIdEndpointMode?: string | undefined;
  /** The table, if it is named by an ARN. */
  readonly ResourceArn?: string | undefined;
}

/**
 * Of the whole rule set two parts are absent: several tables in one call (batches, transactions), and the region `local`, which
 * no Lambda is in.
 */
export function defaultEndpointResolver(params: DynamoDBParams): Endpoint {
  const { Region, Endpoint, UseFIPS, UseDualStack, AccountIdEndpointMode: mode } = params;
  if ('ResourceArnList' in params || 'IsSearchOperation' in params) {
    throw new EndpointError('Calls about several tables are left out of this bundle.');
  }
  if (Endpoint !== undefined) {
    const found = chosen(Endpoint, UseFIPS, UseDualStack);
    if (Region !== undefined && isDualStack(found.url, Region)) throw new EndpointError(DUAL_STACK_BY_URL);
    return found;
  }
  if (Region === undefined) throw new EndpointError('Invalid Configuration: Missing Region');
  const { name, dnsSuffix, dualStackDnsSuffix } = partitionOf(Region);
  const suffix = UseDualStack ? dualStackDnsSuffix : dnsSuffix;
  if (UseFIPS) {
    if (mode === 'required') throw new EndpointError(NO_FIPS_OF_ACCOUNT);
    const fips = UseDualStack || name !== 'aws-us-gov' ? '-fips' : '';
    return endpoint(`https://dynamodb${fips}.${Region}.${suffix}`);
  }
  if (mode === 'required' && name !== 'aws') throw new EndpointError(NOT_IN_PARTITION);
  if (mode !== undefined && mode !== 'disabled' && name === 'aws') {
    const account = accountOf(params.ResourceArn, Region) ?? params.AccountId;
    if (account !== undefined) {
      if (!LABEL.test(account)) throw new EndpointError('Credentials-sourced account ID parameter is invalid');
      return endpoint(`https://${account}.ddb.${Region}.${suffix}`, { metricValues: ['O'] });
    }
    if (mode === 'required') throw new EndpointError(NO_ACCOUNT);
  }
  return endpoint(`https://dynamodb.${Region}.${suffix}`);
}

function isDualStack({ host }: URL, region: string): boolean {
  const address = `dynamodb.${region}.${partitionOf(region).dualStackDnsSuffix}`;
  return host === address || host === `search-${address}`;
}

/** Of an ARN that could be a table's in this region. */
function accountOf(arn: string | undefined, region: string): string | undefined {
  const [prefix, partition, service, tableRegion, account = '', ...resource] = arn?.split(':') ?? [];
  const isTable = prefix === 'arn' && partition !== '' && service === 'dynamodb' && resource.join(':') !== '';
  return isTable && tableRegion === region && LABEL.test(account) ? account : undefined;
}

const LABEL = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;

const DUAL_STACK_BY_URL =
  'Endpoint override is not supported for dual-stack endpoints. Please enable dual-stack functionality by enabling the configuration. For more details, see: https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html';
const NO_FIPS_OF_ACCOUNT =
  'Invalid Configuration: AccountIdEndpointMode is required and FIPS is enabled, but FIPS account endpoints are not supported';
const NOT_IN_PARTITION =
  'Invalid Configuration: AccountIdEndpointMode is required but account endpoints are not supported in this partition';
const NO_ACCOUNT = 'AccountIdEndpointMode is required but no AccountID was provided or able to be loaded';
