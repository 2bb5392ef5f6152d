import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LineLogger } from '../src/log.ts';

const LOG = new URL('../src/log.ts', import.meta.url).href;

function logger() {
  const lines: string[] = [];
  return { log: new LineLogger((line) => lines.push(line)), lines };
}

describe('a line', () => {
  test('is one JSON object with the level, the message, the time and what was given', () => {
    const { log, lines } = logger();
    log.must('audit', { audit: { phase: 'attempt' } });
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'INFO',
      message: 'audit',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'portcullis',
      sampling_rate: 0,
      audit: { phase: 'attempt' },
    });
  });

  test.each([
    ['line breaks', 'a\r\nb'],
    ['separators', 'a\u2028b\u2029c\u0085d'],
    ['a terminal escape', '\u001b[31m\u009b'],
    ['a direction mark', '\u202e\u2066\ufeff'],
    ['delete', '\u007f'],
    ['half a surrogate pair', '\ud83c'],
    ['letters and pictures', 'Größe ☃ \u{1f37d}'],
  ])('is ASCII and comes back as it was: %s', (_name, text) => {
    const { log, lines } = logger();
    log.must(text, { [text]: [text] });
    log.info(text, { [text]: [text] });
    for (const line of lines) {
      expect(line).toMatch(/^[\x20-\x7e]+$/);
      expect(JSON.parse(line)).toMatchObject({ message: text, [text]: [text] });
    }
    expect(lines).toHaveLength(2);
  });

  test('leaves out what is undefined, and takes what JSON cannot', () => {
    const { log, lines } = logger();
    const round: Record<string, unknown> = {};
    round.round = round;
    log.must('a', { b: undefined, c: 12n, round, map: new Map([['d', 1]]), error: new TypeError('e') });
    const written = JSON.parse(lines[0]!);
    expect(written).not.toHaveProperty('b');
    expect(written).toMatchObject({ c: '12', error: { name: 'TypeError', message: 'e' } });
  });
});

describe('a record', () => {
  test('is its own line, with nothing round it', () => {
    const { log, lines } = logger();
    log.record({ uid: 6003, none: undefined, text: 'a\n\u2028\ud83c' });
    expect(lines).toEqual(['{"uid":6003,"text":"a\\n\\u2028\\ud83c"}']);
  });

  test('that cannot be written is told', () => {
    const full = new LineLogger(() => {
      throw new Error('ENOSPC');
    });
    expect(() => full.record({})).toThrow('ENOSPC');
  });
});

describe('a level', () => {
  test.each([
    ['SILENT', []],
    ['ERROR', ['error']],
    ['INFO', ['info', 'error']],
  ])('%s silences what is only helpful, never what must be written', (level, helpful) => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', level);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { log, lines } = logger();
    log.info('info');
    log.error('error');
    log.must('must', {});
    log.record({ message: 'record' });
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([...helpful, 'must', 'record']);
  });
});

describe('a write that fails', () => {
  const full = new LineLogger(() => {
    throw new Error('ENOSPC');
  });

  test('is told where the line must be written', () => {
    expect(() => full.must('audit', {})).toThrow('ENOSPC');
  });

  test('is not told where the line is only helpful', () => {
    expect(() => full.error('failed')).not.toThrow();
  });
});

describe('the standard output', () => {
  const run = promisify(execFile);
  const script = (body: string) => [
    '--input-type=module',
    '-e',
    `import { LineLogger } from ${JSON.stringify(LOG)}; const log = new LineLogger(); ${body}`,
  ];

  test('has every line whole when the process ends at once, though the reader is slower', async () => {
    const { stdout } = await run(
      process.execPath,
      script(
        `process.stdout; for (let n = 0; n < 400; n++) log.must('audit', { n, pad: 'x'.repeat(10_000) }); process.exit(0);`,
      ),
      { maxBuffer: 16 * 1024 * 1024 },
    );
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 400 }, (_, n) => n));
  });

  test.runIf(existsSync('/dev/full'))('that is full fails the line that must be written', async () => {
    const device = await open('/dev/full', 'w');
    onTestFinished(() => device.close());
    const { stderr } = await run('/bin/sh', [
      '-c',
      '"$0" "$@" > /dev/full',
      process.execPath,
      ...script(`try { log.must('audit', {}); } catch ({ code }) { console.error(code); }`),
    ]);
    expect(stderr.trim()).toBe('ENOSPC');
  });
});
