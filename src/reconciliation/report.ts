import type { Provenance } from '../provenance/provenance.ts';
import { type FoundWhere, findingLine } from './finding-line.ts';
import type { Finding, FindingKind } from './findings.ts';
import type { Told } from './told.ts';

/** Tells a finding, unless it was told; and repairs it, where that can be. @returns whether it was told as new. */
export type Report = (finding: Finding) => Promise<boolean>;

export interface Reporting {
  readonly told: Told;
  readonly where: FoundWhere;
  readonly epochMs: () => number;
  /** Writes a line, whole, before it returns. @throws where it cannot. */
  readonly write: (line: Record<string, unknown>) => void;
  /** The metric `Findings`. */
  readonly count: (kind: FindingKind) => void;
  /** Absent where no provenance is kept. */
  readonly keep?: ((provenance: Provenance) => Promise<void>) | undefined;
}

/**
 * A finding is a line when it is found and, where more becomes known of it, another when it is settled: after a repair, or
 * when CloudTrail tells later of a call that was not seen. The line comes before the repair, which leaves nothing to be found.
 */
export function reporting({ told, where, epochMs, write, count, keep }: Reporting): Report {
  return async (finding) => {
    const { uid, kind, verdict, repair } = finding;
    // That no call was seen may be because CloudTrail is late.
    const isOpen = kind === 'write-without-provenance' || verdict?.is === 'no-call';
    const isNew = await told.once(uid, isOpen ? 0 : 1, (isFirst) => {
      write(findingLine(finding, where, epochMs(), isFirst ? 'new' : 'settled'));
      if (isFirst) count(kind);
    });
    if (repair !== undefined && keep !== undefined) {
      await keep(repair);
      await told.once(uid, 1, () => write(findingLine(finding, where, epochMs(), 'settled', true)));
    }
    return isNew;
  };
}
