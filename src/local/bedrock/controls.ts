/**
 * The emulator's controls over HTTP, for tests that run the service as a child, and for people who explore.
 *
 * All bodies are JSON. A mistake is answered with 400 and `{"message"}`, an unknown path with 404.
 *
 * | request | does | answers |
 * |---|---|---|
 * | `GET /_emulator/ledger` | every committed change, oldest first | `{"ledger": [{"operation", "agentId", "actionGroupId"?, "name"?, "clientToken"?, "userAgent", "at", "requestId"}]}` |
 * | `GET /_emulator/requests` | every request received, oldest first | `{"requests": [{"operation", "method", "path", "status", "fault"?, "userAgent", "headers", …}]}` |
 * | `GET /_emulator/faults` | faults still queued | `{"faults": [{"kind", "operation"?, "when"?, "times", "delayMs"?, …}]}` |
 * | `POST /_emulator/faults` | queues one fault, or an array of them, such as `{"kind": "drop", "when": "after-commit", "operation": "CreateAgentActionGroup"}` | the same |
 * | `DELETE /_emulator/faults` | forgets them | the same |
 * | `GET /_emulator/settings` | | `{"settings": {"tokenRepeat", "clientTokenInAnswers", "prepareMs", "quotas", "rateLimits"}}` |
 * | `PUT /_emulator/settings` | changes those that the body names | the same |
 * | `PUT /_emulator/agents/{agentId}` | adds an agent or changes one: `{"agentName"?, "status"?, "failureReasons"?, "failNextPrepare"?, "overrideLambda"?, "orchestrationLambda"?, "publishVersion"?}` | as GetAgent |
 * | `POST /_emulator/reset` | back to the start: agents, settings, nothing else | 204 |
 */
import type { BedrockEmulator } from './server.ts';

export const CONTROL_PREFIX = '/_emulator/';

export interface ControlAnswer {
  readonly status: number;
  /** Absent: no content. */
  readonly body?: object;
}

export function control(emulator: BedrockEmulator, method: string, path: string, body: Buffer): ControlAnswer {
  try {
    return obey(emulator, `${method} ${path.slice(CONTROL_PREFIX.length)}`, body);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError)
      return { status: 400, body: { message: error.message } };
    throw error;
  }
}

function obey(emulator: BedrockEmulator, command: string, body: Buffer): ControlAnswer {
  const ok = (answer: object): ControlAnswer => ({ status: 200, body: answer });
  const agentId = /^PUT agents\/([^/]+)$/.exec(command)?.[1];
  if (agentId !== undefined) return ok(emulator.agents.put(agentId, mapping(body)));
  switch (command) {
    case 'GET ledger':
      return ok({ ledger: emulator.ledger });
    case 'GET requests':
      return ok({ requests: emulator.requests });
    case 'POST faults':
      for (const fault of [json(body)].flat()) emulator.fault(fault);
      return ok({ faults: emulator.faults() });
    case 'DELETE faults':
      emulator.clearFaults();
      return ok({ faults: emulator.faults() });
    case 'GET faults':
      return ok({ faults: emulator.faults() });
    case 'PUT settings':
      return ok({ settings: emulator.configure(mapping(body)) });
    case 'GET settings':
      return ok({ settings: emulator.configure({}) });
    case 'POST reset':
      emulator.reset();
      return { status: 204 };
    default:
      return { status: 404, body: { message: `The emulator has no control ${command}.` } };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whoever takes it checks it, and says what is wrong.
function json(body: Buffer): any {
  return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
}

function mapping(body: Buffer): object {
  const value = json(body);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError('The body is a JSON object.');
  return value;
}
