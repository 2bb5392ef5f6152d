/**
 * Keeps web pages out. The server listens on loopback and may serve an unsigned caller, so a page open in this machine's
 * browser must not reach it: not by a name rebound to 127.0.0.1 (`Host`), nor by a cross-origin request (`Origin`).
 */
import type { Refusal } from '../../http/gateway-response.ts';
import type { Header } from './sigv4.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export function checkLoopback(headers: readonly Header[], port: number): Refusal | undefined {
  const values = (name: string) =>
    headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value.trim().toLowerCase());
  // Clients leave out the port when it is HTTP's own.
  const hosts = LOOPBACK_NAMES.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));

  const host = values('host');
  if (host.length !== 1 || !hosts.includes(host[0]!)) {
    return { code: 'ACCESS_DENIED', detail: `Host must be one of ${hosts.join(', ')}.` };
  }
  if (values('origin').some((origin) => !hosts.some((each) => origin === `http://${each}`))) {
    return { code: 'ACCESS_DENIED', detail: 'Pages of another origin may not call this server.' };
  }
  if (values('sec-fetch-site').some((site) => site !== 'same-origin' && site !== 'none')) {
    return { code: 'ACCESS_DENIED', detail: 'Pages of another site may not call this server.' };
  }
  return undefined;
}
