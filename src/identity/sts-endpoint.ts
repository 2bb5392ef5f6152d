/** Where `sts:GetCallerIdentity` is asked: the one host that a proof must be signed for. */

export interface StsEndpoint {
  /** `https://sts.us-east-1.amazonaws.com`, without a trailing slash. */
  readonly origin: string;
  /** What the `Host` header says, and so what is signed. */
  readonly host: string;
  /** The region of the credential scope. */
  readonly region: string;
}

/**
 * @param region of the service; it counts for hosts that do not name theirs, such as an emulator's.
 * @param url replaces the regional endpoint.
 * @throws {Error} when this is no origin that may be trusted with a proof.
 */
export function stsEndpoint(region: string, url: string = regionalUrl(region)): StsEndpoint {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new Error('The STS endpoint is not an http(s) URL.');
  if (parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname)) {
    throw new Error('The STS endpoint must be https: http is for loopback only.');
  }
  const { username, password, pathname, search, hash } = parsed;
  if (username !== '' || password !== '' || pathname !== '/' || search !== '' || hash !== '') {
    throw new Error(
      'The STS endpoint must be scheme, host and port alone, such as https://sts.us-east-1.amazonaws.com.',
    );
  }
  return { origin: parsed.origin, host: parsed.host, region: regionOf(parsed.hostname) ?? region };
}

function regionalUrl(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** The global endpoint answers for us-east-1; others name their region, those of a VPC too. */
function regionOf(hostname: string): string | undefined {
  return hostname === 'sts.amazonaws.com' ? 'us-east-1' : REGIONAL_HOST.exec(hostname)?.[1];
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const REGIONAL_HOST =
  /(?:^|\.)sts(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
