/** The policy as AWS AppConfig's, read through Powertools Parameters. */
import { AppConfigProvider } from '@aws-lambda-powertools/parameters/appconfig';
import { AppConfigDataClient } from '@aws-sdk/client-appconfigdata';
import { type AppConfigSettings, LEAST_MAX_AGE_SECONDS } from '../config.ts';
import { type Clock, machineClock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import type { Policy } from '../policy/policy.ts';
import { attemptTimeouts } from '../sdk/timeouts.ts';
import { readRevision } from './read-revision.ts';
import { RenewalFailure } from './renewal-failure.ts';
import { renewalReport } from './renewal-report.ts';
import { renewed } from './renewed.ts';

/** Two short calls, on a new connection: what takes longer is lost. Requests wait for it only while they have no policy. */
export const READING_ENDS_MS = 5_000;

export function policyFromAppConfig(
  settings: AppConfigSettings,
  region: string,
  log: LineLogger,
  clock: Clock = machineClock,
): () => Promise<Policy> {
  const terms = { maxAgeMs: settings.maxAgeSeconds * 1_000, maxStaleMs: settings.maxStaleSeconds * 1_000 };
  return renewed(appConfigReader(settings, region, clock), terms, renewalReport(log), clock);
}

/**
 * Reads the latest revision; one call at a time.
 *
 * Powertools keeps AppConfig's session: the token, which serves one call, and the content, for the answer that it is
 * unchanged. Four things it does not do are done here and in `renewed`:
 * - It keeps a token after a failure. If AppConfig took the call and only its answer was lost, the token is spent, and every
 *   call fails until the session's end a day later. So a session that failed is given up, with all that it still does.
 * - It has no limit of time, and takes no signal; the SDK's own limits end no answer that stops halfway.
 * - Its cache forgets a value at `maxAge`, knows the date alone, and renews once for each request at that moment. So it is
 *   gone round (`forceFetch`).
 * - It does not ask for a poll interval, without which AppConfig refuses to be asked again within a minute.
 */
function appConfigReader(
  { application, environment, profile, endpoint }: AppConfigSettings,
  region: string,
  clock: Clock,
): () => Promise<Policy> {
  let session: { readonly provider: AppConfigProvider; readonly giveUp: () => void } | undefined;
  let known: { readonly bytes: Uint8Array; readonly policy: Policy } | undefined;

  return async () => {
    session ??= newSession();
    const { provider, giveUp } = session;
    try {
      const bytes = await withinTime(
        provider.get(profile, {
          forceFetch: true,
          maxAge: 0,
          sdkOptions: { RequiredMinimumPollIntervalInSeconds: LEAST_MAX_AGE_SECONDS },
        }),
        clock,
      );
      if (bytes === undefined) throw new RenewalFailure('POLICY_EMPTY');
      if (known === undefined || Buffer.compare(known.bytes, bytes) !== 0) {
        known = { bytes, policy: await readRevision(bytes) };
      }
      return known.policy;
    } catch (error) {
      session = undefined;
      giveUp();
      throw error instanceof RenewalFailure ? error : failureOf(error);
    }
  };

  function newSession() {
    const client = new AppConfigDataClient({
      region,
      ...endpoint,
      // The second is for a kept connection that turns out to be dead, as a Lambda finds it that was frozen.
      maxAttempts: 2,
      requestHandler: { ...attemptTimeouts(2_000), connectionTimeout: 1_000 },
    });
    // Else a call that nobody waits for any more would be made once again.
    const over = new AbortController();
    const send = client.send.bind(client) as (command: unknown, options: object) => unknown;
    client.send = ((command: unknown) => send(command, { abortSignal: over.signal })) as typeof client.send;
    const giveUp = () => {
      over.abort();
      client.destroy();
    };
    return { provider: new AppConfigProvider({ application, environment, awsSdkV3Client: client }), giveUp };
  }
}

/** @throws {RenewalFailure} `APPCONFIG_TIMEOUT` */
async function withinTime<T>(reading: Promise<T>, clock: Clock): Promise<T> {
  const done = new AbortController();
  const timeUp = Promise.withResolvers<never>();
  clock.sleep(READING_ENDS_MS, done.signal).then((passed) => {
    if (passed) timeUp.reject(new RenewalFailure('APPCONFIG_TIMEOUT'));
  });
  try {
    return await Promise.race([reading, timeUp.promise]);
  } finally {
    done.abort();
  }
}

/** @param error Powertools' own, whose cause is the SDK's. */
function failureOf(error: unknown): RenewalFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new RenewalFailure('APPCONFIG_FAILED', { reason: cause instanceof Error ? cause.name : undefined }, { cause });
}
