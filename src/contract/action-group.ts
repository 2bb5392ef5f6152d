import * as v from 'valibot';
import { closedObject, oneMemberOf } from './closed-object.ts';
import { FunctionSchema } from './function-schema.ts';
import { mapOf } from './map-of.ts';
import { ClientToken, LambdaArn, Name, Payload, S3BucketName, S3ObjectKey, text } from './strings.ts';
import { betweenMembers, type MemberWording } from './worded.ts';

export const ActionGroupExecutor = oneMemberOf({
  lambda: LambdaArn,
  customControl: v.picklist(['RETURN_CONTROL']),
});

/** The model requires neither member of an S3 schema; without the bucket's name no policy could judge it. */
const S3Identifier = closedObject({ s3BucketName: S3BucketName, s3ObjectKey: S3ObjectKey });

export const ApiSchema = oneMemberOf({ s3: S3Identifier, payload: Payload });

const members = {
  actionGroupName: Name,
  description: v.optional(text(1, 200)),
  parentActionGroupSignature: v.optional(
    v.picklist([
      'AMAZON.UserInput',
      'AMAZON.CodeInterpreter',
      'ANTHROPIC.Computer',
      'ANTHROPIC.Bash',
      'ANTHROPIC.TextEditor',
    ]),
  ),
  parentActionGroupSignatureParams: v.optional(mapOf(text(0, 100), text(0, 100))),
  actionGroupExecutor: v.optional(ActionGroupExecutor),
  apiSchema: v.optional(ApiSchema),
  actionGroupState: v.optional(v.picklist(['ENABLED', 'DISABLED'])),
  functionSchema: v.optional(FunctionSchema),
};

/** What an agent may do, and who does it: the body of an update. */
export const UpdateActionGroupBody = v.pipe(closedObject(members), betweenMembers(membersAgree));

/** The body of a creation. */
export const CreateActionGroupBody = v.pipe(
  closedObject({ ...members, clientToken: v.optional(ClientToken) }),
  betweenMembers(membersAgree),
);

/** A valid action group as its team wants it: plain data, in the order of `members`, without the client token. */
export type ActionGroup = v.InferOutput<typeof UpdateActionGroupBody>;

const EXCLUDED_BY_SIGNATURE = ['description', 'apiSchema', 'actionGroupExecutor', 'functionSchema'] as const;

/**
 * What Bedrock brings itself cannot be described, and a group has one schema. The first is documented for all but
 * `functionSchema`; that one, and the second rule, are this service's.
 */
function membersAgree(group: Readonly<Record<string, unknown>>): readonly MemberWording[] {
  const given = (name: string) => group[name] !== undefined;
  if (given('parentActionGroupSignature')) {
    return EXCLUDED_BY_SIGNATURE.filter(given).map((key) => ({
      key,
      message: 'cannot be given together with `parentActionGroupSignature`.',
      fix: `Leave out \`${key}\`, or leave out \`parentActionGroupSignature\`.`,
    }));
  }
  if (!given('apiSchema') || !given('functionSchema')) return [];
  return [
    {
      key: 'functionSchema',
      message: 'cannot be given together with `apiSchema`.',
      fix: 'Describe the actions once: leave out `functionSchema` or `apiSchema`.',
    },
  ];
}
