const PASSING_NAMES = /^(Throttling|TooManyRequests|LimitExceeded|ServiceUnavailable|InternalFailure|InternalServer)/;

/** Whether a call of CloudTrail or CloudWatch is worth repeating: throttled, failed there, or never answered. */
export function isPassing(error: unknown): boolean {
  const { name = '', $metadata, code } = error as Error & { $metadata?: { httpStatusCode?: number }; code?: string };
  if (name === 'AbortError') return false;
  const status = $metadata?.httpStatusCode;
  return PASSING_NAMES.test(name) || name === 'TimeoutError' || (status ?? 0) >= 500 || code === 'ECONNRESET';
}
