import { PLANTED } from './planted.ts';

/** What is planted and shown by a line of output, whoever wrote it; nothing of it is quoted: what says so may be judged itself. */
export function leaksIn(line: string): string[] {
  return [...new Set(PLANTED.filter(([, text]) => line.includes(text)).map(([what]) => `shows ${what}`))];
}

/** Whether the line says that it is an OCSF event, and so has to be one. */
export function saysItsClass(line: string): boolean {
  return line.startsWith('{') && line.includes('"class_uid"');
}

/** What is wrong with a line that says its class. Apart from the rest because the standard's schema takes time to compile. */
export async function eventJudge(): Promise<(line: string) => string[]> {
  const { ocsfFaults } = await import('../../audit/ocsf.ts');
  return (line) => {
    try {
      const event = JSON.parse(line);
      return 'class_uid' in event ? ocsfFaults(event) : [];
    } catch {
      return ['names a class and is no JSON'];
    }
  };
}
