/** `npm run hostile -- --seed N --cases M`: as many hostile requests as wanted. `--case K` runs one of them again. */
import { parseArgs } from 'node:util';
import { startCampaign } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '20000' },
    case: { type: 'string' },
    tally: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const only = values.case === undefined ? undefined : Number(values.case);
const [first, end] = only === undefined ? [0, Number(values.cases)] : [only, only + 1];
if (![seed, first, end].every(Number.isSafeInteger)) throw new Error('--seed, --cases and --case take whole numbers.');

/** More say nothing new. */
const MOST_SHOWN = 25;

const campaign = await startCampaign();
let failures = 0;
for (let caseNumber = first; caseNumber < end; caseNumber++) {
  const failure = await campaign.run(seed, caseNumber);
  if (failure !== undefined && failures++ < MOST_SHOWN) console.log(failure);
}
await campaign.close();
if (values.tally) for (const [what, times] of [...campaign.tally].sort()) console.log(`${times}\t${what}`);
console.log(
  `seed ${seed}: ${end - first} cases, ${failures} failures, the slowest ${Math.round(campaign.slowestMs())} ms in its handler`,
);
process.exitCode = failures === 0 ? 0 : 1;
