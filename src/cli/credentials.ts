/**
 * `portcullis credentials`: hands a proof of identity to an AWS client, as its `credential_process`.
 *
 * The client signs its requests with keys that open nothing, and sends the proof along as the session token; that is all the
 * service looks at. The caller's real keys stay here.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
import { parseArgs } from 'node:util';
import { AUDIENCE, type Credentials, MAX_PROOF_BYTES, makeProof } from '../identity/proof.ts';
import { type StsEndpoint, stsEndpoint } from '../identity/sts-endpoint.ts';
import { keysOfProfile } from './aws-profile.ts';
import { type Command, CommandError, type ExitCode, type Terminal } from './command.ts';

/** What an AWS client wants from a `credential_process`. */
interface ProcessCredentials {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

interface SourceCredentials extends Credentials {
  readonly expiresAtEpochMs: number;
}

/** Set for the AWS CLI that we run: a profile that leads back here would never come to an end. */
const RUNNING = 'PORTCULLIS_CREDENTIALS_RUNNING';

const OPTIONS = {
  audience: { type: 'string' },
  profile: { type: 'string' },
  region: { type: 'string' },
  'sts-endpoint': { type: 'string' },
} as const;

const help = `Usage: portcullis credentials --audience NAME [--profile NAME] [--region REGION] [--sts-endpoint URL]

Prints credentials for the AWS protocol of Portcullis: a proof of your AWS identity, good for 15 minutes and for
this service alone. For a profile in ~/.aws/config:

  [profile portcullis]
  region = us-east-1
  credential_process = portcullis credentials --audience NAME --region us-east-1 --profile my-own-profile

Options:
  --audience NAME      the service's name for itself; your platform team tells it (or PORTCULLIS_AUDIENCE)
  --profile NAME       the profile with your real credentials; if it holds no keys itself (a role, SSO), the AWS CLI
                       version 2 is asked for them. Without it AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY count, else
                       what the AWS CLI finds by itself
  --region REGION      the service's region (or AWS_REGION, AWS_DEFAULT_REGION)
  --sts-endpoint URL   the STS that the service asks, if not its region's (or AWS_ENDPOINT_URL_STS)
  -h, --help           this text

Exit codes: 0 done, 1 no credentials could be made, 2 the command line is not usable.
`;

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = optionsIn(args);
  const { env } = terminal;

  const audience = options.audience ?? env.PORTCULLIS_AUDIENCE ?? '';
  if (!AUDIENCE.test(audience)) {
    throw new CommandError('Name the service with --audience NAME: up to 256 visible ASCII characters.', 2);
  }
  const sts = endpoint(
    options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION),
    options['sts-endpoint'] ?? (env.AWS_ENDPOINT_URL_STS || undefined),
  );
  const credentials = await sourceCredentials(options.profile, terminal);

  // Whole minutes: a client that asks often gets the same proof, which the service then need not check again.
  const signedAtEpochMs = Math.floor(terminal.now() / 60_000) * 60_000;
  const proof = makeProof(credentials, { audience, sts }, signedAtEpochMs);
  if (proof.text.length > MAX_PROOF_BYTES) {
    throw new CommandError(
      `The proof would have ${proof.text.length} bytes of ${MAX_PROOF_BYTES} allowed, because the session token of your credentials is long. Use a session with fewer tags, or without a session policy.`,
    );
  }
  const expiresAt = new Date(Math.min(proof.expiresAtEpochMs, credentials.expiresAtEpochMs));
  const printed: ProcessCredentials = {
    Version: 1,
    AccessKeyId: 'PORTCULLISPROOF0',
    SecretAccessKey: 'not-a-secret-the-proof-is-the-session-token',
    SessionToken: proof.text,
    Expiration: expiresAt.toISOString().replace(/\.\d+/, ''),
  };
  terminal.out(`${JSON.stringify(printed)}\n`);
  return 0;
}

function optionsIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new CommandError((error as Error).message, 2);
  }
}

function endpoint(region: string | undefined, url: string | undefined): StsEndpoint {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region ?? '')) {
    throw new CommandError("Name the service's region with --region, such as --region us-east-1.", 2);
  }
  try {
    return stsEndpoint(region!, url);
  } catch (error) {
    throw new CommandError(`${(error as Error).message} Change --sts-endpoint or AWS_ENDPOINT_URL_STS.`, 2);
  }
}

async function sourceCredentials(profile: string | undefined, terminal: Terminal): Promise<SourceCredentials> {
  const { env, aws, now } = terminal;
  if (profile === undefined && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN || undefined,
      expiresAtEpochMs: Number.POSITIVE_INFINITY,
    };
  }
  const kept = profile === undefined ? undefined : await keysOfProfile(profile, terminal);
  if (kept !== undefined) return { ...kept, expiresAtEpochMs: Number.POSITIVE_INFINITY };
  if (env[RUNNING] !== undefined) {
    throw new CommandError(
      '--profile leads back to this very command. Name the profile that holds your real credentials, not the one with this credential_process.',
    );
  }
  const args = ['configure', 'export-credentials', '--format', 'process'];
  if (profile !== undefined) args.push('--profile', profile);
  // AWS_PROFILE is likely the profile that brought the client here.
  const { AWS_PROFILE: _, AWS_DEFAULT_PROFILE: __, ...others } = env;
  let output: string;
  try {
    output = await aws(args, { ...others, [RUNNING]: '1' });
  } catch (error) {
    throw new CommandError(
      `There are no AWS credentials to prove: ${(error as Error).message}\nSet AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile that works with the AWS CLI.`,
    );
  }
  const source = credentialsIn(output);
  if (source === undefined) {
    throw new CommandError('`aws configure export-credentials` gave no credentials: run it to see why.');
  }
  if (source.expiresAtEpochMs <= now()) {
    throw new CommandError('Your own AWS credentials have expired: renew them, for example with `aws sso login`.');
  }
  return source;
}

/** Never quotes what it cannot read: it may hold a secret. */
function credentialsIn(output: string): SourceCredentials | undefined {
  try {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(output) as Record<string, unknown>;
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') return undefined;
    const expiresAtEpochMs = typeof Expiration === 'string' ? Date.parse(Expiration) : Number.NaN;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: typeof SessionToken === 'string' && SessionToken !== '' ? SessionToken : undefined,
      expiresAtEpochMs: Number.isNaN(expiresAtEpochMs) ? Number.POSITIVE_INFINITY : expiresAtEpochMs,
    };
  } catch {
    return undefined;
  }
}

export const credentials: Command = {
  summary: 'Prints a proof of your AWS identity, as a credential_process.',
  help,
  run,
};
