/** What a test can turn. Every default is what Bedrock does, as far as anybody has said. */
import { isOperation, type OperationName } from './model.ts';

/** Bedrock "ignores" a repeated client token; what it answers is documented nowhere, so each guess can be chosen. */
export const TOKEN_REPEATS = ['same-group', 'no-group', 'name-taken', 'different-group'] as const;
export type TokenRepeat = (typeof TOKEN_REPEATS)[number];

export interface Quotas {
  readonly actionGroupsPerAgent: number;
  readonly enabledActionGroupsPerAgent: number;
  /** Operations of the OpenAPI payloads of all groups of an agent; a schema in S3 is not read and counts nothing. */
  readonly apisPerAgent: number;
  readonly parametersPerFunction: number;
}

export interface Settings {
  readonly tokenRepeat: TokenRepeat;
  /** Whether answers that carry a whole group name the client token that it was created with. */
  readonly clientTokenInAnswers: boolean;
  /** How long PREPARING lasts, by the emulator's clock; null: until somebody sets another status. */
  readonly prepareMs: number | null;
  readonly quotas: Quotas;
  /** Requests in any one second, per operation. Empty: no limit. */
  readonly rateLimits: Readonly<Partial<Record<OperationName, number>>>;
}

export type SettingsPatch = Partial<Omit<Settings, 'quotas'>> & { readonly quotas?: Partial<Quotas> };

export const DEFAULT_SETTINGS: Settings = {
  tokenRepeat: 'same-group',
  clientTokenInAnswers: true,
  prepareMs: 50,
  quotas: { actionGroupsPerAgent: 20, enabledActionGroupsPerAgent: 15, apisPerAgent: 11, parametersPerFunction: 5 },
  rateLimits: {},
};

/** The rates that AWS publishes, for `rateLimits`. */
export const PUBLISHED_RATE_LIMITS = {
  CreateAgentActionGroup: 12,
  UpdateAgentActionGroup: 6,
  PrepareAgent: 2,
} as const satisfies Settings['rateLimits'];

/** @throws {TypeError} for a setting that does not exist: a test that misspells one must not pass. */
export function patched(settings: Settings, patch: SettingsPatch): Settings {
  requireKnown(patch, DEFAULT_SETTINGS, 'setting');
  requireKnown(patch.quotas ?? {}, DEFAULT_SETTINGS.quotas, 'quota');
  for (const name of Object.keys(patch.rateLimits ?? {})) {
    if (!isOperation(name)) throw new TypeError(`There is no operation ${name}.`);
  }
  if (patch.tokenRepeat !== undefined && !TOKEN_REPEATS.includes(patch.tokenRepeat)) {
    throw new TypeError(`tokenRepeat is one of ${TOKEN_REPEATS.join(', ')}.`);
  }
  return { ...settings, ...patch, quotas: { ...settings.quotas, ...patch.quotas } };
}

function requireKnown(patch: object, known: object, what: string): void {
  for (const name of Object.keys(patch)) {
    if (!Object.hasOwn(known, name))
      throw new TypeError(`There is no ${what} ${name}; there are ${Object.keys(known).join(', ')}.`);
  }
}
