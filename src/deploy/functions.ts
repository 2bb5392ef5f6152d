/** What a parameter changes of functions, by the framework's own logical ids. */
import type { Deployment } from './deployment.ts';
import { ASYNCHRONOUS, PERMISSIONS } from './permissions.ts';

/** What alarms tell apart. An alarm adds up ten metrics at most, so no group may have more functions. */
export type FunctionGroup = 'writing' | 'asking' | 'background';

/** Writing functions change something in Bedrock for a caller; nobody waits for those in the background. */
export function functionsOf(group: FunctionGroup): string[] {
  return Object.keys(PERMISSIONS).filter((name) => groupOf(name) === group);
}

function groupOf(name: string): FunctionGroup {
  if (ASYNCHRONOUS.includes(name)) return 'background';
  return PERMISSIONS[name]?.bedrock.includes('bedrock:PrepareAgent') ? 'writing' : 'asking';
}

export function functionExtensions({ reservedConcurrency }: Deployment) {
  if (reservedConcurrency === undefined) return {};
  const Properties = { ReservedConcurrentExecutions: reservedConcurrency };
  return Object.fromEntries(functionsOf('writing').map((name) => [functionId(name), { Properties }]));
}

/** The logical id that the framework gives a function. */
export function functionId(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LambdaFunction`;
}
