import { lineOf } from '../cli/audit/words.ts';
import { eventsIn } from '../cli/audit-log/events.ts';
import { recordOf } from '../cli/audit-log/record.ts';
import { printable } from '../cli/printable.ts';
import type { Style } from '../cli/style.ts';
import type { WriteLine } from '../log.ts';

/**
 * The log as a person at a terminal reads it: a line for each decision, as `portcullis audit tail` shows it. Attempts and metrics
 * are left out, and what is told of a decision again; all else, such as a request that was refused as invalid, is shown as it is
 * logged.
 */
export function readableLog(out: (text: string) => void, style: Style): WriteLine {
  return (line) => {
    const records = [...eventsIn(line)].map(recordOf);
    for (const record of records) if (record !== undefined && record.phase !== 'attempt') out(lineOf(record, style));
    const isMetric = line.startsWith('{"_aws"');
    const isTold =
      line.includes('"message":"identified"') ||
      (line.includes('"message":"refused"') && line.includes('"decisionId"'));
    if (records.length === 0 && !isMetric && !isTold) out(`${printable(line)}\n`);
  };
}
