import { expect, test } from 'vitest';
import { breakableService } from '../support/breakable-service.ts';
import { eventOf, invoke } from '../support/invoke.ts';

const service = breakableService();

/** What one event was counted as: the values of each metric line, latencies as their names alone, with its dimension. */
async function told(event: string, times = 1): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  for (let time = 0; time < times; time += 1) {
    lines.length = 0;
    await invoke(service.config, eventOf(event), { write: (line) => void lines.push(line) });
  }
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ _aws }) => _aws !== undefined)
    .map(({ _aws, service: _, ...values }) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, name.endsWith('Latency') ? typeof value : value]),
      ),
    );
}

const LATENCIES = { PolicyLatency: 'number', RequestLatency: 'number' };
const CARRIED_OUT = { ...LATENCIES, ApplyLatency: 'number', UpstreamLatency: 'number' };
const Operation = 'CreateAgentActionGroup';

test('a creation', async () => {
  expect(await told('create-action-group.201')).toEqual([{ Operation, Allowed: 1, ...CARRIED_OUT }]);
});

test('a replay asks nothing of Bedrock', async () => {
  expect(await told('create-action-group.201', 2)).toEqual([
    { Operation, Allowed: 1, Replays: 1, ...LATENCIES, ApplyLatency: 'number' },
  ]);
});

test('a denial, by each rule that denied', async () => {
  expect(await told('create-action-group.403.signature-not-allowed')).toEqual([
    { Operation, Denied: 1, ...LATENCIES },
    { RuleDecisions: 1, Rule: 'signature-is-allowed', Effect: 'deny' },
  ]);
});

test('a failure of the store, by its code', async () => {
  service.store.fault({ do: 'error', times: 100 });
  expect(await told('create-action-group.201')).toEqual([
    { Operation, Allowed: 1, ...LATENCIES, ApplyLatency: 'number' },
    { Failures: 1, Code: 'STORE_UNAVAILABLE' },
  ]);
});
