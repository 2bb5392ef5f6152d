/** Where an audit log is read: a CloudWatch log group, files, or standard input. */
import { CommandError, type Terminal } from '../command.ts';
import { cloudWatch } from './cloudwatch.ts';
import { files as readFiles, standardInput } from './files.ts';
import { followFile } from './follow-file.ts';
import type { Source, Waiting } from './reading.ts';

export const SOURCE_OPTIONS = {
  'log-group': { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  file: { type: 'string', multiple: true },
} as const;

export const SOURCE_HELP = `Where the audit log is:
  --log-group NAME   a CloudWatch log group, such as /portcullis/prod; needs logs:FilterLogEvents on it
  --region REGION    its region (or AWS_REGION, or the profile's)
  --profile NAME     the profile of AWS credentials (or AWS_PROFILE)
  FILE, --file PATH  a file, plain or gzip, as the service writes it or exported from CloudWatch; again for more;
                     - is standard input
`;

interface Values {
  readonly 'log-group'?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly file?: readonly string[] | undefined;
}

/**
 * @param files named by their paths alone, without an option
 * @throws {CommandError} unless exactly one place is named.
 */
export function sourceOf(values: Values, files: readonly string[], terminal: Terminal, waiting: Waiting): Source {
  const { 'log-group': logGroup, region, profile, file = [] } = values;
  const paths = [...file, ...files];
  if (logGroup !== undefined && paths.length > 0)
    throw new CommandError('--log-group and files exclude one another.', 2);
  if (logGroup !== undefined) return cloudWatch({ logGroup, region, profile }, terminal, waiting);
  if (region !== undefined || profile !== undefined) {
    throw new CommandError('--region and --profile go with --log-group.', 2);
  }
  if (paths.length === 0) {
    throw new CommandError('say where the audit log is: --log-group NAME, a FILE, or - for standard input.', 2);
  }
  const name = paths.map((path) => (path === '-' ? 'standard input' : path)).join(', ');
  if (paths.includes('-')) {
    if (paths.length > 1) throw new CommandError('standard input is read alone.', 2);
    const read = () => standardInput(terminal);
    return { read, follow: read, name, isRemote: false, isStandardInput: true };
  }
  return {
    read: () => readFiles(paths, terminal),
    follow() {
      if (paths.length > 1) throw new CommandError('--follow follows one file.', 2);
      return followFile(paths[0] as string, waiting);
    },
    name,
    isRemote: false,
    isStandardInput: false,
  };
}
