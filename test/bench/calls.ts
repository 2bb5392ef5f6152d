/** What a request costs in calls, as the stubs counted them, for each way in which it can end. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { creation } from './requests.ts';
import { type Bench, sample, writePlan } from './sample.ts';
import type { Counts } from './stub-server.ts';
import type { Stubs } from './stubs.ts';
import type { Subject, SubjectName } from './subjects.ts';

export const PROVENANCE = { PROVENANCE_TABLE: 'bench-provenance' };

export interface Calls extends Counts {
  readonly subject: SubjectName;
  readonly case: string;
  /** Whether the deployment keeps provenance. */
  readonly provenance: boolean;
}

interface Case {
  readonly name: string;
  readonly status: number;
  readonly event: APIGatewayProxyEvent;
  /** Asked before, by another process; its calls do not count. */
  readonly before?: APIGatewayProxyEvent;
  /** The floor knows neither policy nor contract. */
  readonly oursOnly?: boolean;
}

const TOKEN = 'bench-00000000-0000-4000-8000-000000000000';
const FOREIGN = { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:anything' };

const CASES: readonly Case[] = [
  { name: 'created', status: 201, event: creation({}, TOKEN) },
  { name: 'created, no token', status: 201, event: creation() },
  { name: 'replayed', status: 201, before: creation({}, TOKEN), event: creation({}, TOKEN) },
  {
    name: 'token reused for another body',
    status: 422,
    before: creation({}, TOKEN),
    event: creation({ actionGroupName: 'other' }, TOKEN),
    oursOnly: true,
  },
  {
    name: 'denied by policy',
    status: 403,
    event: creation({ actionGroupExecutor: FOREIGN }, TOKEN),
    oursOnly: true,
  },
  { name: 'invalid', status: 400, event: creation({ actionGroupName: '' }, TOKEN), oursOnly: true },
];

export async function countCalls(bench: Bench, stubs: Stubs, subjects: readonly Subject[]): Promise<Calls[]> {
  const counted: Calls[] = [];
  for (const { name: subject, bundle } of subjects) {
    for (const { name, status, event, before, oursOnly } of CASES) {
      if (subject !== 'ours' && oursOnly) continue;
      if (subject === 'bare' && before !== undefined) continue; // it would create a second group
      if (subject === 'idempotent' && name.endsWith('no token')) continue; // it has no way to go on without
      for (const env of subject === 'ours' ? [{}, PROVENANCE] : [{}]) {
        const run = async (first: APIGatewayProxyEvent, expected: number) => {
          const plan = { bundle, first, warmUp: [], warm: [], status: expected };
          await sample(bench, await writePlan(bench.folder, 'calls', plan), env);
        };
        await stubs.counts();
        if (before !== undefined) await run(before, 201);
        await stubs.counts({ keep: true });
        await run(event, status);
        const counts = await stubs.counts();
        counted.push({ subject, case: name, provenance: 'PROVENANCE_TABLE' in env, ...counts });
      }
    }
  }
  return counted;
}
