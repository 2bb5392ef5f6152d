import { dictionary, didYouMean, faultText, list, text } from '../document/schema.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../quote.ts';
import { defineRule, type Finding, pointerTo, violation } from '../rule.ts';
import { SIGNATURES } from '../signatures.ts';

const PLAIN = /^[ -~]{1,100}$/;

const PARAMS = 'parentActionGroupSignatureParams';

/** The parameters choose among abilities: which version of a desktop, a shell or an editor the agent is given. */
export default defineRule({
  id: 'signature-params-are-allowed',
  summary: 'Parameters of a built-in action group (parentActionGroupSignatureParams) have a listed name and value.',
  notes: 'A signature that is not named takes no parameters. A parameter may always be left out.',
  settings: {
    signatures: dictionary((signature) =>
      (SIGNATURES as readonly string[]).includes(signature)
        ? dictionary((key) =>
            PLAIN.test(key)
              ? list(text('a value of a parameter', PLAIN, 'Write 1 to 100 plain characters; there is no *.'), {
                  atLeast: 1,
                })
              : faultText(`${quote(key)} is not the name of a parameter.`, 'Write 1 to 100 plain characters.'),
          )
        : faultText(`There is no signature ${quote(signature)}.`, didYouMean(signature, SIGNATURES)),
    ),
  },
  check({ actionGroup }, { signatures }) {
    const params: unknown = actionGroup.parentActionGroupSignatureParams;
    if (params === undefined) return [];
    if (typeof params !== 'object' || params === null || Array.isArray(params)) {
      const message = 'The parameters are no names with values.';
      return [violation({ pointer: pointerTo(PARAMS), message, fix: `Give an object, or leave out /${PARAMS}.` })];
    }
    const signature = actionGroup.parentActionGroupSignature;
    const allowed = own(signatures, signature) ?? {};
    return Object.entries(params).flatMap(([key, value]): Finding[] => {
      const pointer = pointerTo(PARAMS, key);
      const values = own(allowed, key);
      if (values === undefined) {
        const meant = nearest(key, Object.keys(allowed));
        const message =
          signature === undefined
            ? `The parameter ${quote(key)} is given without a signature.`
            : `The parameter ${quote(key)} is not allowed for the signature ${signature}.${hint(meant)}`;
        return [violation({ pointer, message, allowed: Object.keys(allowed), fix: 'Leave the parameter out.' })];
      }
      if (typeof value === 'string' && values.includes(value)) return [];
      const meant = typeof value === 'string' ? nearest(value, values) : undefined;
      const message = `${quote(value)} is not allowed for the parameter ${quote(key)}.${hint(meant)}`;
      return [violation({ pointer, message, allowed: values, fix: 'Use an allowed value.' })];
    });
  },
  describe: ({ signatures }) => {
    const each = Object.entries(signatures).map(([signature, params]) => {
      const pairs = Object.entries(params).map(([key, values]) => `${key} = ${values.join(' | ')}`);
      return `${signature} (${pairs.join(', ') || 'none'})`;
    });
    return each.length === 0
      ? 'A built-in action group takes no parameters.'
      : `A built-in action group takes parameters only so: ${each.join('; ')}.`;
  },
  examples: [
    {
      name: 'a listed value',
      settings: { signatures: { 'ANTHROPIC.Computer': { type: ['computer_20241022'] } } },
      actionGroup: {
        parentActionGroupSignature: 'ANTHROPIC.Computer',
        parentActionGroupSignatureParams: { type: 'computer_20241022' },
      },
      verdict: 'allowed',
    },
    {
      name: 'no parameters',
      settings: { signatures: {} },
      actionGroup: { parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'another value',
      settings: { signatures: { 'ANTHROPIC.Computer': { type: ['computer_20241022'] } } },
      actionGroup: {
        parentActionGroupSignature: 'ANTHROPIC.Computer',
        parentActionGroupSignatureParams: { type: 'computer_20250124' },
      },
      verdict: 'denied',
    },
    {
      name: 'a parameter that is listed for another signature',
      settings: { signatures: { 'ANTHROPIC.Computer': { type: ['computer_20241022'] } } },
      actionGroup: {
        parentActionGroupSignature: 'ANTHROPIC.Bash',
        parentActionGroupSignatureParams: { type: 'computer_20241022' },
      },
      verdict: 'denied',
    },
  ],
});

/** Not what every object inherits. */
function own<T>(record: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function hint(meant: string | undefined): string {
  return meant === undefined ? '' : ` The nearest allowed one is ${meant}.`;
}
