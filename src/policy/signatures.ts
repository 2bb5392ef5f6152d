/** The action groups that Bedrock itself brings, each named by its signature. */
import type { ActionGroup } from './request.ts';

/** Those that Bedrock knows. A new one has to be let in by the request's contract as well. */
export const SIGNATURES = [
  'AMAZON.UserInput',
  'AMAZON.CodeInterpreter',
  'ANTHROPIC.Computer',
  'ANTHROPIC.Bash',
  'ANTHROPIC.TextEditor',
] as const;

/** The names under which Bedrock's console knows two of them; under another name its switch stays off. */
export const RESERVED_NAMES: ReadonlyMap<string, string> = new Map([
  ['AMAZON.UserInput', 'UserInputAction'],
  ['AMAZON.CodeInterpreter', 'CodeInterpreterAction'],
]);

/** A known signature with nothing beside it that would make the group the team's own. */
export function isBuiltIn(group: ActionGroup): boolean {
  const { parentActionGroupSignature: signature, actionGroupExecutor, apiSchema, functionSchema } = group;
  return (
    (SIGNATURES as readonly (string | undefined)[]).includes(signature) &&
    actionGroupExecutor === undefined &&
    apiSchema === undefined &&
    functionSchema === undefined
  );
}
