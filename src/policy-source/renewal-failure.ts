/** Why no newer policy is there: nothing in it repeats the policy's text, for it is logged. */
export type RenewalFailureCode =
  /** It answered with an error; `reason` is the error's name. */
  | 'APPCONFIG_FAILED'
  | 'APPCONFIG_TIMEOUT'
  /** AppConfig has no content. */
  | 'POLICY_EMPTY'
  /** There is content, but no policy that this version accepts. */
  | 'POLICY_UNREADABLE';

export interface RenewalFailureFacts {
  readonly reason?: string | undefined;
  /** Size of the content. */
  readonly bytes?: number;
  /** How many there are in the document; absent where it does not parse. */
  readonly faults?: number | undefined;
}

export class RenewalFailure extends Error {
  override readonly name = 'RenewalFailure';
  readonly code: RenewalFailureCode;
  readonly facts: RenewalFailureFacts;

  constructor(code: RenewalFailureCode, facts: RenewalFailureFacts = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.code = code;
    this.facts = facts;
  }
}
