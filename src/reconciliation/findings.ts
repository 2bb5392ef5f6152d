/** What reconciliation finds: the closed catalogue, and one finding. The table in the docs is rendered from the catalogue. */
import type { Provenance } from '../provenance/provenance.ts';
import type { WriteEvent } from './write-event.ts';

export interface FindingType {
  /** OCSF's scale: 2 low, 3 medium, 4 high, 5 critical. */
  readonly severityId: 2 | 3 | 4 | 5;
  readonly title: string;
  /** How it comes about. */
  readonly meaning: string;
  /** What whoever reads it does. */
  readonly remedy: string;
}

export const FINDINGS = {
  'attempt-without-outcome': {
    severityId: 3,
    title: 'What became of an attempted write is not on record.',
    meaning:
      'The function died, its last line was lost, or Bedrock never answered. The verdict says what CloudTrail shows: committed, refused, failed, or no call.',
    remedy:
      'Nothing, where the verdict is refused or no call. Committed: tell the caller the id of the group. Failed: read the group.',
  },
  'outcome-contradicted': {
    severityId: 3,
    title: 'A write was made, but is on record as failed.',
    meaning:
      'Bedrock made the change and then answered otherwise, or another call of the same request was refused after the first was made.',
    remedy: 'Tell the caller that it was made, with the id of the group; read the group to see what is there.',
  },
  'write-without-attempt': {
    severityId: 5,
    title: 'A role of this service wrote, but no decision on record allowed it.',
    meaning:
      'The line of the attempt was lost on its way to CloudWatch, or somebody else uses the credentials of the role.',
    remedy:
      'Compare source address and user agent with those of other writes. Where they are not those of a function, revoke the sessions of the role.',
  },
  'write-not-ours': {
    severityId: 4,
    title: 'Somebody wrote bypassing this service.',
    meaning: 'A principal that is none of its roles called Bedrock itself, and Bedrock did what it asked.',
    remedy:
      'Ask the principal. Check what is there now against the policy with `portcullis scan`, and deny direct calls with `portcullis guard-rails`.',
  },
  'write-without-provenance': {
    severityId: 2,
    title: 'Who wrote an action group through this service was not kept.',
    meaning: 'The function died between the write and the record of it, or DynamoDB did not answer.',
    remedy: 'Nothing, where it says that it was repaired. Else the audit trail tells who it was, by the decision.',
  },
} as const satisfies Record<string, FindingType>;

export type FindingKind = keyof typeof FINDINGS;

/** What CloudTrail shows of an attempt; `failed`: Bedrock answered with a failure of its own, which may have committed. */
export type Verdict =
  | { readonly is: 'committed'; readonly actionGroupId?: string | undefined }
  | { readonly is: 'refused' | 'failed'; readonly errorCode: string }
  | { readonly is: 'no-call' };

export interface Finding {
  readonly kind: FindingKind;
  /** The same for the same fact, whoever finds it and how often. */
  readonly uid: string;
  /** Of the write, or where none is known of the attempt; epoch milliseconds. */
  readonly atEpochMs: number;
  readonly operation: string;
  readonly agentId?: string | undefined;
  readonly actionGroupId?: string | undefined;
  readonly actionGroupName?: string | undefined;
  readonly decisionId?: string | undefined;
  /** Who asked this service; of a write that it does not know of, who called Bedrock. */
  readonly principal?: string | undefined;
  readonly team?: string | undefined;
  /** CloudTrail's row, where there is one. */
  readonly event?: WriteEvent | undefined;
  readonly verdict?: Verdict | undefined;
  /** What is to be kept of the write; absent where the attempt does not say who it was. */
  readonly repair?: Provenance | undefined;
}
