/**
 * Half a processor, as Lambda gives to a function of about 900 MB: a control group with a quota of processor time, which is how
 * Lambda does it too (10 ms in every 20). It needs a machine where such a group may be made.
 */
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface HalfProcessor {
  readonly within: (command: readonly string[]) => readonly string[];
  close(): Promise<void>;
}

const PERIOD_US = 20_000;
const QUOTA_US = PERIOD_US / 2;

/** Of the two generations of control groups, where each is mounted and how the quota is written. */
const KINDS = [
  { mount: '/sys/fs/cgroup', files: { 'cpu.max': `${QUOTA_US} ${PERIOD_US}` } },
  { mount: '/sys/fs/cgroup/cpu', files: { 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': QUOTA_US } },
];

/** @returns what to say where there is none. */
export async function halfProcessor(): Promise<HalfProcessor | string> {
  for (const { mount, files } of KINDS) {
    const group = join(mount, `portcullis-bench-${process.pid}`);
    try {
      await mkdir(group);
    } catch {
      continue;
    }
    try {
      for (const [file, text] of Object.entries(files))
        await writeFile(join(group, file), String(text), { flag: 'r+' });
      const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
      return { within: (command) => ['/bin/sh', '-c', enter, group, ...command], close: () => rmdir(group) };
    } catch {
      await rmdir(group).catch(() => {});
    }
  }
  return 'Not measured: no control group with a quota of processor time can be made here (it needs root on Linux).';
}
