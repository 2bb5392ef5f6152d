import type { Calls } from './calls.ts';
import type { ColdFigures, Curve, Run, WarmFigures } from './measures.ts';
import type { Subject, SubjectName } from './subjects.ts';

/** One run of the bench, as `results.json` keeps it: the README's table is made of it. */
export interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly system: string };
  /** ISO 8601. */
  readonly at: string;
  /** Too few samples to go by. */
  readonly quick: boolean;
  readonly bundles: Readonly<Record<SubjectName, Omit<Subject, 'bundle'>>>;
  readonly calls: readonly Calls[];
  readonly cold: Readonly<Partial<Record<Run, ColdFigures>>>;
  /** The same with half a processor, or why that was not measured. */
  readonly coldOnHalf: Readonly<Partial<Record<Run, ColdFigures>>> | string;
  readonly warm: Readonly<Partial<Record<Run, WarmFigures>>>;
  readonly curves: {
    /** By rules in force. */
    readonly rules: readonly Curve[];
    readonly functions: readonly Curve[];
    readonly bodyBytes: readonly Curve[];
    /** Microseconds of one decision, alone. */
    readonly decisionUs: readonly { readonly rules: number; readonly microseconds: number }[];
  };
}
