/** What both functions of reconciliation are made of, from the configuration of a deployment. */
import type { Context } from 'aws-lambda';
import { type Config, ConfigError, type ReconciliationSettings } from '../config.ts';
import type { Clock } from '../deadline.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import { LineLogger, type WriteLine } from '../log.ts';
import { Meter } from '../metrics/meter.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { addProvenance, readProvenanceOfAgent } from '../provenance/store.ts';
import { type Report, reporting } from './report.ts';
import { toldIn } from './told.ts';
import type { Place } from './write-event.ts';

export interface Deployed {
  readonly settings: ReconciliationSettings;
  readonly store: ReturnType<typeof createStoreClient>;
  readonly log: LineLogger;
  readonly meter: Meter;
  readonly placeOf: (lambda: Pick<Context, 'invokedFunctionArn'>) => Place;
  readonly reportTo: (place: Place, signal: AbortSignal) => Report;
  /** Undefined where none is kept. */
  readonly provenanceOf: (
    signal: AbortSignal,
  ) => ((agentId: string) => Promise<ReadonlyMap<string, Provenance>>) | undefined;
}

/** @throws {ConfigError} where the environment does not say what is to be reconciled. */
export function deployed(config: Config, clock: Clock, write?: WriteLine): Deployed {
  const { reconciliation: settings, region, provenanceTable } = config;
  if (settings === undefined) throw new ConfigError(['LOG_GROUP and SERVICE_ROLES are not set.']);
  const store = createStoreClient(config);
  const log = new LineLogger(write, config.serviceName);
  const meter = new Meter(log);
  const { epochMs } = clock;
  const told = toldIn(store, config.idempotencyTable, epochMs);
  const table = provenanceTable === undefined ? undefined : { client: store, name: provenanceTable };
  return {
    settings,
    store,
    log,
    meter,
    placeOf: ({ invokedFunctionArn }) => {
      const account = invokedFunctionArn.split(':')[4] ?? '';
      return { account, region, roles: settings.roles, otherStages: settings.otherStages };
    },
    reportTo: (where, signal) =>
      reporting({
        told,
        where,
        epochMs,
        write: (line) => log.record(line),
        count: (Kind) => meter.tell({ Findings: 1 }, { Kind }),
        keep: table && ((provenance) => addProvenance(table, provenance, signal)),
      }),
    provenanceOf: (signal) => table && ((agentId) => readProvenanceOfAgent(table, agentId, signal)),
  };
}
