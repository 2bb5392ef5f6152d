/**
 * What the emulator refuses, in the service's own words where they are known.
 *
 * Messages marked "seen" were reported from the real service; the others only have its class and status.
 */

export interface Field {
  readonly name: string;
  readonly message: string;
}

/** An error answer of the service: `type` becomes `x-amzn-ErrorType` and `__type`. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly status: number;
  readonly type: string;
  readonly fieldList: readonly Field[] | undefined;

  constructor(status: number, type: string, message: string, fieldList?: readonly Field[]) {
    super(message);
    this.status = status;
    this.type = type;
    this.fieldList = fieldList;
  }
}

export function invalid(message: string, fieldList?: readonly Field[]): AwsFailure {
  return new AwsFailure(400, 'ValidationException', message, fieldList);
}

/** A body that cannot be read as the input's shape at all: not JSON, or a number where a string belongs. */
export function unreadable(message: string): AwsFailure {
  return new AwsFailure(400, 'SerializationException', message);
}

export function unknownOperation(): AwsFailure {
  return new AwsFailure(404, 'UnknownOperationException', 'The requested operation is not recognized by the service.');
}

/** Seen. The service does not say which of agent, version and group it missed. */
export function notFound(): AwsFailure {
  return new AwsFailure(
    404,
    'ResourceNotFoundException',
    "Failed to retrieve resource because it doesn't exist. Retry the request with a different resource identifier.",
  );
}

export function nameTaken(actionGroupName: string): AwsFailure {
  return conflict(
    `An ActionGroup with name ${actionGroupName} already exists. Retry the request with a different name.`,
  );
}

/** Seen. */
export function enabledGroup(actionGroupId: string): AwsFailure {
  return conflict(`ActionGroup with ID ${actionGroupId} cannot be deleted when it is Enabled.`);
}

/**
 * Seen for Prepare. The class really does depend on the state: Preparing is a conflict, Versioning a validation error.
 *
 * @param verb of the operation, such as `Create`.
 */
export function busy(verb: string, status: string): AwsFailure {
  const state = status.charAt(0) + status.slice(1).toLowerCase();
  const message =
    `${verb} operation can't be performed on Agent when it is in ${state} state. ` +
    'Retry the request when the agent is in a valid state.';
  return status === 'VERSIONING' ? invalid(message) : conflict(message);
}

/** Seen for `parameters-per-function`. */
export function overQuota(quota: string, maximum: number, accountId: string, requested: number): AwsFailure {
  return new AwsFailure(
    402,
    'ServiceQuotaExceededException',
    `Validation failed for quota ${quota}. The maximum number of resources is ${maximum}, but account ${accountId} ` +
      `requested ${requested} resources. Retry the request with fewer resources.`,
  );
}

export function throttled(): AwsFailure {
  return new AwsFailure(429, 'ThrottlingException', 'Too many requests, please wait before trying again.');
}

function conflict(message: string): AwsFailure {
  return new AwsFailure(409, 'ConflictException', message);
}
