import { ocsfFaults } from '../../audit/ocsf.ts';
import { PLANTED } from './planted.ts';

/** What is wrong with a line of output, whoever wrote it. Nothing planted is quoted: what says it may be judged itself. */
export function lineFaults(line: string): string[] {
  const leaks = PLANTED.filter(([, text]) => line.includes(text)).map(([what]) => `shows ${what}`);
  return [...new Set(leaks), ...eventFaults(line)];
}

/** Of an OCSF event, as which every line counts that says its class. */
function eventFaults(line: string): string[] {
  if (!line.startsWith('{') || !line.includes('"class_uid"')) return [];
  try {
    const event = JSON.parse(line);
    return 'class_uid' in event ? ocsfFaults(event) : [];
  } catch {
    return ['names a class and is no JSON'];
  }
}
