import { parseEvaluation } from '../../contract/evaluate-policy.ts';
import { describeSyntaxError, scanJson } from '../../contract/json-text.ts';
import { type Fault, Problem } from '../../problem.ts';
import { InputError } from '../command.ts';
import { bytesOf } from './load.ts';

/**
 * A request as one would send it to `POST /v1/policy/evaluations`, read by the code that reads it there.
 *
 * @throws {InputError} with every fault of it.
 */
export async function requestIn(file: string) {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(file));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is not UTF-8 text.`);
  }
  const faults = scanJson(text);
  if (faults.length > 0) throw unusable(file, faults);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: ${describeSyntaxError(text, error)}`);
  }
  try {
    return parseEvaluation(body, {}, []);
  } catch (error) {
    if (error instanceof Problem) throw unusable(file, error.errors);
    throw error;
  }
}

function unusable(file: string, faults: readonly Fault[]): InputError {
  const lines = faults.map(({ pointer, message, fix }) => `${file}#${pointer} ${message} — ${fix}`);
  return new InputError(`the request is not valid.\n${lines.join('\n')}`);
}
