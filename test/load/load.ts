/** `npm run load -- --rate 50,100,200 --seconds 10`: how the service behaves under load, and whether its promises hold there. */
import { parseArgs } from 'node:util';
import { runLoad, type Stage } from './run.ts';

const HELP = `npm run load -- [--rate 25,50,100,200] [--seconds 5] [--connections 20] [--duplicates 0.4] [--json]

Drives \`npm start\`, as a process of its own, at one rate (requests a second) after another: creations, many of them sent
again with their token on other connections, denied and invalid ones, declarations, lists and evaluations.
Ends with 1 when the ledger of commits shows a broken promise.`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '25,50,100,200' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '20' },
    duplicates: { type: 'string', default: '0.4' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const plan = {
    rates: values.rate.split(',').map((rate) => positive('rate', rate)),
    seconds: positive('seconds', values.seconds),
    connections: positive('connections', values.connections),
    duplicates: Number(values.duplicates),
  };
  if (!values.json) console.log(row(['rate', 'answers/s', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms', 'unanswered'], ''));
  const report = await runLoad(plan, (stage) => {
    if (!values.json) console.log(told(stage));
  });
  const { verdict } = report;
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(`\n${verdict.tokens} tokens, sent again ${verdict.repeats} times; ${verdict.commits} commits.`);
    console.log(verdict.broken.length === 0 ? 'The ledger: every promise was kept.' : verdict.broken.join('\n'));
  }
  if (verdict.broken.length > 0) process.exitCode = 1;
}

function told({ rate, throughput, latencyMs: { p50, p90, p99, max }, unanswered, answers }: Stage): string {
  const counts = Object.entries(answers).map(([what, count]) => `${what}: ${count}`);
  return row([rate, throughput, p50, p90, p99, max, unanswered], counts.join(', '));
}

function row(columns: readonly (string | number)[], rest: string): string {
  return `${columns.map((column) => String(column).padStart(10)).join('')}   ${rest}`.trimEnd();
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} takes whole numbers from 1 on.\n\n${HELP}`);
  process.exit(2);
}
