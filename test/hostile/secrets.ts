/** What must never come back in an answer or a log line. Each stands where callers and operators put secrets. */

/** Letters and digits alone, so that no escaping hides one. */
export const SECRETS = {
  /** In every inline OpenAPI document; the model calls it sensitive. Only a success shows it, as Bedrock does. */
  payload: 'PLANTEDINPAYLOAD7Q',
  /** In every client token; only the answer to the write that carried it repeats it. */
  token: 'PLANTEDINTOKEN7Q',
  /** In headers that carry credentials. */
  header: 'PLANTEDINHEADER7Q',
  /** In the process's environment. */
  environment: 'PLANTEDINENVIRONMENT7Q',
  /** Secret keys of the gateway's principals. */
  key: 'PLANTEDINKEY7Q',
  /** An agent of another team, named only in the policy. */
  policy: 'PLANTEDAG7',
} as const;

const STACK_TRACE = /\n?\s+at\s.{0,200}(?:\((?:file:|node:|\/)|\.[tj]s:\d+:\d+)|node:internal\/|node_modules/;

/** @param shown what the answer may show, because the caller gave it and it was done */
export function leaksOf(text: string, shown: readonly (keyof typeof SECRETS)[] = []): string[] {
  const leaks = Object.entries(SECRETS)
    .filter(([name, secret]) => !(shown as string[]).includes(name) && text.includes(secret))
    .map(([name]) => `shows the secret planted in: ${name}`);
  if (STACK_TRACE.test(text)) leaks.push('shows a stack trace');
  if (text.includes(process.cwd())) leaks.push('shows a path of this machine');
  return leaks;
}
