/**
 * How long a client waits for a connection. Of less than two seconds the SDK looks at every request's socket at once, kept alive
 * or not, for 30 µs a call; from here on it looks after a second, when nearly every request is done.
 */
export const CONNECTION_TIMEOUT_MS = 2_000;
