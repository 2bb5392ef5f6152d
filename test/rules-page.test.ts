/** `policy/rules.md` is made from the rules: `npx vitest run test/rules-page.test.ts -u` makes it anew. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Example, Rule } from '../src/policy/rule.ts';
import { RULES } from '../src/policy/rules/index.ts';

const PAGE = `# The rules

Each is switched on, and given its settings, in the policy document. The examples below are run by the tests.

${[...RULES.keys()].map((id) => `- [\`${id}\`](#${id})`).join('\n')}

${[...RULES.values()].map(section).join('\n')}
## Patterns

A \`pattern\` is a regular expression of the kind that every tool reads alike, and that cannot be made to hang:

| | |
|---|---|
| \`abc\` | these characters, in this case |
| \`.\` | any character |
| \`[a-z_]\` \`[^0-9]\` | one of these; one of all others |
| \`\\d\` \`\\w\` \`\\s\` \`\\D\` \`\\W\` \`\\S\` | a digit; a letter, digit or \`_\`; a blank; one of all others |
| \`\\.\` | the sign itself, likewise \`\\*\`, \`\\(\`, \`\\\\\` … |
| \`^\` \`$\` | the beginning and the end of the text; without them a pattern may match anywhere |
| \`(a\\|b)\` | one of these |
| \`*\` \`+\` \`?\` \`{2}\` \`{2,5}\` \`{2,}\` | what stands before it any number of times, at least once, at most once, so many times |

Everything else is refused when the policy is read, as is a pattern that nothing can match. Write patterns in single quotes.
`;

test('the page of the rules is fresh', async () => {
  await expect(PAGE).toMatchFileSnapshot('../policy/rules.md');
});

function section({ id, summary, notes, operations, examples }: Rule): string {
  return `## ${id}

${summary}${notes === '' ? '' : ` ${notes}`}

Judges ${operations.join(', ')}.

| verdict | example | settings | request |
|---|---|---|---|
${examples.map(row).join('\n')}
`;
}

function row({ verdict, name, settings, actionGroup, request }: Example<unknown>): string {
  return `| ${[verdict, name, inline(settings), inline({ ...request, ...actionGroup })].join(' | ')} |`;
}

/** As one would write it in the policy, in one line. */
function inline(value: object | unknown): string {
  const text = stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    singleQuote: true,
    flowCollectionPadding: true,
  });
  return `\`${text.trim().replaceAll('|', '\\|')}\``;
}
