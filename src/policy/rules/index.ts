import type { Rule } from '../rule.ts';
import actionGroupNameMatches from './action-group-name-matches.ts';
import clientTokenIsGiven from './client-token-is-given.ts';
import customActionGroupIsAllowed from './custom-action-group-is-allowed.ts';
import deletionIsAllowed from './deletion-is-allowed.ts';
import descriptionIsGiven from './description-is-given.ts';
import enablingIsAllowed from './enabling-is-allowed.ts';
import functionCountIsLimited from './function-count-is-limited.ts';
import functionRequiresConfirmation from './function-requires-confirmation.ts';
import inUseCheckIsKept from './in-use-check-is-kept.ts';
import lambdaArnHasRequiredPrefix from './lambda-arn-has-required-prefix.ts';
import lambdaIsInAgentAccountAndRegion from './lambda-is-in-agent-account-and-region.ts';
import lambdaIsPinned from './lambda-is-pinned.ts';
import newGroupStartsDisabled from './new-group-starts-disabled.ts';
import parameterCountIsLimited from './parameter-count-is-limited.ts';
import reservedNameMatchesSignature from './reserved-name-matches-signature.ts';
import returnControlIsAllowed from './return-control-is-allowed.ts';
import s3SchemaIsInAllowedBucket from './s3-schema-is-in-allowed-bucket.ts';
import s3SchemaKeyMatches from './s3-schema-key-matches.ts';
import schemaSourceIsAllowed from './schema-source-is-allowed.ts';
import signatureIsAllowed from './signature-is-allowed.ts';
import signatureParamsAreAllowed from './signature-params-are-allowed.ts';

/** Every rule there is, by id. A test fails when a file of this folder is missing here. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  [
    actionGroupNameMatches,
    clientTokenIsGiven,
    customActionGroupIsAllowed,
    deletionIsAllowed,
    descriptionIsGiven,
    enablingIsAllowed,
    functionCountIsLimited,
    functionRequiresConfirmation,
    inUseCheckIsKept,
    lambdaArnHasRequiredPrefix,
    lambdaIsInAgentAccountAndRegion,
    lambdaIsPinned,
    newGroupStartsDisabled,
    parameterCountIsLimited,
    reservedNameMatchesSignature,
    returnControlIsAllowed,
    s3SchemaIsInAllowedBucket,
    s3SchemaKeyMatches,
    schemaSourceIsAllowed,
    signatureIsAllowed,
    signatureParamsAreAllowed,
  ].map((rule) => [rule.id, rule]),
);
