/** The README's tables are made from the code: `npx vitest run test/readme.test.ts -u` makes them anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GATEWAY_RESPONSES, type GatewayResponseKind } from '../src/http/gateway-response.ts';
import { METRICS, type MetricKind } from '../src/metrics/catalogue.ts';
import { RULES } from '../src/policy/rules/index.ts';
import { PROBLEMS, type ProblemKind } from '../src/problem.ts';

const tables: Readonly<Record<string, string>> = {
  problems: table(
    ['`code`', 'REST', 'AWS', 'retry', ''],
    Object.entries<ProblemKind>(PROBLEMS).map(([code, { status, aws, retryable, title }]) => [
      `\`${code}\``,
      String(status),
      aws,
      retryable ? 'yes' : '',
      title,
    ]),
  ),
  gateway: table(
    ['`code`', 'status', 'AWS', 'retry', ''],
    Object.entries<GatewayResponseKind>(GATEWAY_RESPONSES).map(([code, { status, aws, retryable, title }]) => [
      `\`${code}\``,
      String(status),
      aws,
      retryable ? 'yes' : '',
      title,
    ]),
  ),
  rules: table(
    ['rule', 'what is true when it passes', 'settings'],
    [...RULES.values()].map(({ id, summary, settings }) => [
      `\`${id}\``,
      summary,
      Object.keys(settings)
        .map((name) => `\`${name}\``)
        .join(', '),
    ]),
  ),
  metrics: table(
    ['metric', 'unit', 'also by', ''],
    Object.entries<MetricKind>(METRICS).map(([name, { unit, by, tells }]) => [
      `\`${name}\``,
      unit,
      by.map((dimension) => `\`${dimension}\``).join(' and '),
      tells,
    ]),
  ),
};

test('the tables of the README are fresh', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const fresh = Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`), (_, open, close) => open + rows + close),
    readme,
  );
  await expect(fresh).toMatchFileSnapshot('../README.md');
});

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}
