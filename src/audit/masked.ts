/** What of a request goes on record: what rules look at, and nothing that belongs to the team alone. */
import { sha256 } from '../idempotency/key.ts';
import type { ActionGroup } from '../policy/request.ts';
import { visibleLength } from '../policy/visible-length.ts';

/**
 * Schemas as digest and size, descriptions as their length.
 *
 * With this a candidate policy can be tried on recorded decisions: `portcullis policy replay` rebuilds the request from it.
 */
export function maskedGroup(group: ActionGroup) {
  const { apiSchema, functionSchema } = group;
  return {
    actionGroupName: group.actionGroupName,
    actionGroupState: group.actionGroupState,
    parentActionGroupSignature: group.parentActionGroupSignature,
    parentActionGroupSignatureParams: group.parentActionGroupSignatureParams,
    actionGroupExecutor: group.actionGroupExecutor,
    descriptionLength: lengthOf(group.description),
    apiSchema: apiSchema && {
      s3: apiSchema.s3,
      payload: apiSchema.payload === undefined ? undefined : measured(apiSchema.payload),
    },
    functionSchema: functionSchema && {
      ...measured(JSON.stringify(functionSchema)),
      functions: functionSchema.functions?.map(({ name, description, requireConfirmation, parameters }) => ({
        name,
        descriptionLength: lengthOf(description),
        requireConfirmation,
        parameters: Object.keys(parameters ?? {}).length,
      })),
    },
  };
}

/** As the rule about descriptions counts it. */
function lengthOf(description: string | undefined): number | undefined {
  return description === undefined ? undefined : visibleLength(description);
}

function measured(text: string) {
  return { sha256: sha256(text), bytes: Buffer.byteLength(text) };
}

const LONGEST_REASON = 256;
const MOST_REASONS = 10;

/** Bedrock's words on why an agent could not be prepared: enough to know the kind, too little to hold a schema. */
export function maskedReasons(reasons: readonly string[] | undefined): readonly string[] | undefined {
  return reasons?.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON));
}
