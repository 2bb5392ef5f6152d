/**
 * How long a client waits for a connection. Of less than two seconds the SDK looks at every request's socket at once, kept alive
 * or not, for 30 µs a call; from here on it looks after a second, when nearly every request is done.
 */
const CONNECTION_TIMEOUT_MS = 2_000;

/**
 * What a client's `requestHandler` is given so that an attempt ends after so long.
 *
 * `requestTimeout` alone only prints a warning in this SDK; `throwOnRequestTimeout` is what ends the attempt.
 */
export function attemptTimeouts(requestTimeoutMs: number) {
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
  };
}
