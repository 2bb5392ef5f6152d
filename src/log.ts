import { channel } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import type { LogItemMessage } from '@aws-lambda-powertools/logger/types';

/** Takes one line without its end; throws when the line could not be written whole. */
export type WriteLine = (line: string) => void;

/** Where whoever is in the same process sees each line before it is written; the tests do, and judge it. */
export const LOG_LINES = 'portcullis:log-line';

const lines = channel(LOG_LINES);

/** How long a full pipe is waited for. */
const LONGEST_WAIT_MS = 500;

/** Powertools' own number for INFO. */
const INFO = 12;

type Item = Parameters<Logger['printLog']>[1];

/**
 * Powertools Logger over a writer that reports failure, in lines that nothing in them can forge.
 *
 * Its own console swallows write errors, and its level (an environment variable, or Lambda's logging controls) can
 * silence lines. An operator may silence what is only helpful, hence `info` and the rest keep that; `must` and `record` do not.
 * Lines are ASCII: every other character is a JSON escape, so no control character, line separator or direction mark
 * reaches a terminal or splits a record.
 */
export class LineLogger extends Logger {
  readonly service: string;
  readonly #write: WriteLine;

  /** @param service names the stage, in every line and as the dimension of every metric. */
  constructor(write: WriteLine = writeToStdout, service = 'portcullis') {
    super({ serviceName: service });
    this.service = service;
    this.#write = (line) => {
      lines.publish(line);
      write(line);
    };
  }

  /** Writes the line whatever the level, before it returns. @throws what the writer throws. */
  must(message: string, attributes: Record<string, unknown>): void {
    this.#print(this.createAndPopulateLogItem(INFO, message as LogItemMessage, [attributes]));
  }

  /** Writes the object alone, as a line of its own, whatever the level, before it returns. @throws what the writer throws. */
  record(event: object): void {
    this.#write(ascii(JSON.stringify(event)));
  }

  protected override printLog(_level: number, item: Item): void {
    try {
      this.#print(item);
    } catch {
      // There is nowhere left to say it; what must be written goes through `must`.
    }
  }

  #print(item: Item): void {
    item.prepareForPrint();
    const replacer = this.getJsonReplacer() as (key: string, value: unknown) => unknown;
    this.#write(ascii(JSON.stringify(item.getAttributes(), replacer)));
  }
}

function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Synchronous, and complete when it returns: a record that is still in a buffer when the Lambda is frozen is lost. */
function writeToStdout(line: string): void {
  // Nearly always all is written at once, and then no bytes have to be kept; Latin-1 is quicker than UTF-8, and the same of ASCII.
  let rest: string | Buffer = `${line}\n`;
  let waits = 0;
  while (rest.length > 0) {
    try {
      const written: number = typeof rest === 'string' ? writeSync(1, rest, null, 'latin1') : writeSync(1, rest);
      if (written === rest.length) return;
      rest = bytesOf(rest).subarray(written);
    } catch (error) {
      // A pipe whose reader is slow; nothing else may be done meanwhile, since the line comes before the change.
      // Waiting stops everything, the deadlines included, so it is bounded.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || waits++ === LONGEST_WAIT_MS) throw error;
      rest = bytesOf(rest);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function bytesOf(text: string | Buffer): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
}
