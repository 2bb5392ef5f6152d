import type {
  CloudWatchLogsClient,
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { growingPauses } from '../../deadline.ts';
import { attemptTimeouts } from '../../sdk/timeouts.ts';
import { CommandError, InputError, type Terminal } from '../command.ts';
import { printable } from '../printable.ts';
import type { Waiting } from './reading.ts';

export interface Group {
  readonly logGroup: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

const TRIES_AT_MOST = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/**
 * `FilterLogEvents`, page after page, with the patience that a reader needs. The SDK's own retries are off: they say
 * nothing while they wait.
 */
export class LogGroupReader {
  readonly #group: Group;
  readonly #terminal: Terminal;
  readonly #waiting: Waiting;
  readonly #patience: 'once' | 'for ever';
  #client: CloudWatchLogsClient | undefined;
  #hasAnswered = false;

  /** @param patience what began `for ever` is not ended by CloudWatch being away, or by credentials that expire. */
  constructor(group: Group, terminal: Terminal, waiting: Waiting, patience: 'once' | 'for ever') {
    this.#group = group;
    this.#terminal = terminal;
    this.#waiting = waiting;
    this.#patience = patience;
  }

  /** A page may be empty although more follow. @throws {CommandError} in words for whoever runs the command. */
  async *pages(input: FilterLogEventsCommandInput): AsyncGenerator<readonly FilteredLogEvent[]> {
    let nextToken: string | undefined;
    do {
      const page = await this.#ask({ ...input, nextToken });
      if (page === undefined) return;
      yield page.events ?? [];
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  /** Undefined when the signal ended it. */
  async #ask(input: FilterLogEventsCommandInput): Promise<FilterLogEventsCommandOutput | undefined> {
    const { clock, signal } = this.#waiting;
    const pause = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
    let told: string | undefined;
    for (let tries = 1; ; tries++) {
      try {
        this.#client ??= await this.#connect();
        const page = await this.#client.send(new FilterLogEventsCommand(input), { abortSignal: signal });
        if (told !== undefined) this.#say('CloudWatch Logs answers again; nothing was missed.');
        this.#hasAnswered = true;
        return page;
      } catch (error) {
        if (signal.aborted) return undefined;
        const trouble = this.#troubleOf(error as Error);
        if (!this.#waitsFor(trouble, tries)) {
          throw trouble.kind === 'busy' ? new CommandError(trouble.words) : new InputError(trouble.words);
        }
        // A client keeps the credentials that it found.
        if (trouble.kind === 'expired') this.close();
        if (told !== trouble.words && tries > 1) {
          told = trouble.words;
          this.#say(`${told} Going on as soon as it answers.`);
        }
        await clock.sleep(pause(), signal);
      }
    }
  }

  #waitsFor({ kind }: Trouble, tries: number): boolean {
    if (kind === 'final') return false;
    if (this.#patience === 'for ever' && this.#hasAnswered) return true;
    return kind === 'busy' && tries < TRIES_AT_MOST;
  }

  async #connect(): Promise<CloudWatchLogsClient> {
    const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
    const { region, profile } = this.#group;
    const endpoint = this.#terminal.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    return new CloudWatchLogsClient({
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint ? { endpoint } : {}),
      maxAttempts: 1,
      requestHandler: { ...attemptTimeouts(60_000), connectionTimeout: 5_000 },
    });
  }

  #troubleOf(error: Failure): Trouble {
    const { logGroup, region, profile } = this.#group;
    const { name, message, code = '', $metadata } = error;
    const said = printable(message.replace(/[^.!?]$/, '$&.'), 500);
    const of = profile === undefined ? '' : ` of profile ${profile}`;
    if (
      /^(ExpiredToken|ExpiredTokenException|TokenProviderError|RequestExpired)$/.test(name) ||
      /expired/i.test(message)
    ) {
      // Keys in the environment cannot be renewed from outside this process, and the SDK reads its files once.
      const fixed = Boolean(this.#terminal.env.AWS_ACCESS_KEY_ID) && profile === undefined;
      const renew = fixed
        ? 'Put new ones into the environment and run this again.'
        : 'Renew them (aws sso login, say); if they stand in a file, run this again then.';
      return { kind: fixed ? 'final' : 'expired', words: `the AWS credentials${of} have expired. ${renew}` };
    }
    if (name === 'CredentialsProviderError') {
      return {
        kind: 'expired',
        words: `there are no AWS credentials${of}: ${said} Set AWS_PROFILE or --profile, or log in (aws sso login).`,
      };
    }
    if (/region is missing/i.test(message)) {
      return { kind: 'final', words: "name the log group's region with --region, such as --region us-east-1." };
    }
    if (name === 'ResourceNotFoundException') {
      const where = region === undefined ? '' : ` in ${region}`;
      return {
        kind: 'final',
        words: `there is no log group ${logGroup}${where}. Look at --log-group, --region and --profile.`,
      };
    }
    if (name === 'AccessDeniedException') {
      return { kind: 'final', words: `these AWS credentials may not read ${logGroup} (logs:FilterLogEvents): ${said}` };
    }
    if (/Throttl|TooManyRequests|LimitExceeded/.test(name))
      return { kind: 'busy', words: 'CloudWatch Logs is throttling.' };
    const status = $metadata?.httpStatusCode;
    if (status === undefined ? /^(E[A-Z]+|UND_ERR.*)$/.test(code) || name === 'TimeoutError' : status >= 500) {
      return { kind: 'busy', words: `CloudWatch Logs does not answer (${printable(code || name)}).` };
    }
    return { kind: 'final', words: `CloudWatch Logs refuses: ${printable(name)}: ${said}` };
  }

  #say(words: string): void {
    this.#terminal.err(`${words}\n`);
  }
}

type Failure = Error & { code?: string; $metadata?: { httpStatusCode?: number } };

interface Trouble {
  /** `busy` passes by itself, `expired` when somebody logs in, `final` not. */
  readonly kind: 'busy' | 'expired' | 'final';
  readonly words: string;
}
