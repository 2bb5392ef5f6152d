import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../identity/proof.ts';
import type { Terminal } from './command.ts';

type Settings = Readonly<Record<string, string>>;

/**
 * The keys that a profile of the shared AWS files holds itself. Undefined for every other kind of profile (a role, SSO, a
 * process, or none at all): those are the AWS CLI's business.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function keysOfProfile(profile: string, { env, read }: Terminal): Promise<Credentials | undefined> {
  const file = async (variable: string, name: string) =>
    (await read(env[variable] || join(homedir(), '.aws', name))) ?? '';
  const [credentials, config] = await Promise.all([
    file('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    file('AWS_CONFIG_FILE', 'config'),
  ]);
  const inCredentials = section(credentials, [profile]);
  const inConfig = section(config, profile === 'default' ? ['default', 'profile default'] : [`profile ${profile}`]);
  const settings = { ...inConfig, ...inCredentials };
  if (Object.keys(settings).some((name) => name === 'role_arn' || name.startsWith('sso_'))) return undefined;
  // A key, its secret and its token come from one file.
  for (const { aws_access_key_id, aws_secret_access_key, aws_session_token } of [inCredentials, inConfig]) {
    if (!aws_access_key_id || !aws_secret_access_key) continue;
    return {
      accessKeyId: aws_access_key_id,
      secretAccessKey: aws_secret_access_key,
      sessionToken: aws_session_token || undefined,
    };
  }
  return undefined;
}

/** What stands under these headings; nested settings are passed over. */
function section(text: string, headings: readonly string[]): Settings {
  const settings: Record<string, string> = {};
  let here = false;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (heading !== undefined) here = headings.includes(heading.trim().replace(/\s+/g, ' '));
    const [, name, value] = /^([a-z_]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (here && name !== undefined && value !== undefined) settings[name.toLowerCase()] = value;
  }
  return settings;
}
