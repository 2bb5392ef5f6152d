/** Whether a body is valid, by the service model's own words and by what this service documents beyond them. */
import { accepts } from '../contract/service-model.ts';
import type { Operation } from './operations.ts';

const LABELS = { agentId: 'AGENT12345', agentVersion: 'DRAFT', actionGroupId: 'GROUP12345' };

/** It shares nothing with `src/contract`. @param name the group's, where the path gives it */
export function isValidBody(operation: Operation, body: unknown, name?: string): boolean {
  if (!isObject(body) || !isClean(body) || partsOf(body) > 20_000) return false;
  switch (operation.bodyShape) {
    case undefined:
      return true;
    case 'Evaluation':
      return isValidEvaluation(body);
    case 'ListPage': {
      const { maxResults, nextToken, ...others } = body;
      return Object.keys(others).length === 0 && isPageSize(maxResults) && isPageToken(nextToken);
    }
    default:
      return isValidGroup(operation.bodyShape, body, name);
  }
}

function isValidGroup(shape: string, body: Record<string, unknown>, name?: string): boolean {
  if (Object.keys(LABELS).some((label) => Object.hasOwn(body, label))) return false;
  if (name !== undefined && Object.hasOwn(body, 'actionGroupName') && body.actionGroupName !== name) return false;
  const { actionGroupId, ...place } = LABELS;
  const labels = shape === 'UpdateAgentActionGroupRequest' ? { ...place, actionGroupId } : place;
  const given = name === undefined ? {} : { actionGroupName: name };
  if (!accepts(shape, { ...labels, ...given, ...body })) return false;
  const has = (member: string) => Object.hasOwn(body, member);
  if (has('parentActionGroupSignature')) {
    return !['description', 'apiSchema', 'actionGroupExecutor', 'functionSchema'].some(has);
  }
  return !(has('apiSchema') && has('functionSchema'));
}

function isValidEvaluation(body: Record<string, unknown>): boolean {
  const { operation, agentId, actionGroup, agentVersion, actionGroupId, skipResourceInUseCheck, ...others } = body;
  if (Object.keys(others).length > 0 || operation !== 'CreateAgentActionGroup') return false;
  if (!accepts('Id', agentId) || agentVersion !== 'DRAFT') return false;
  if (actionGroupId !== undefined && typeof actionGroupId !== 'string') return false;
  if (skipResourceInUseCheck !== undefined && typeof skipResourceInUseCheck !== 'boolean') return false;
  return isObject(actionGroup) && isValidGroup('CreateAgentActionGroupRequest', actionGroup);
}

function isPageSize(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000);
}

function isPageToken(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^\S{1,2048}$/u.test(value));
}

/** Whole characters everywhere, and no name that would change what an object is. */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, item]) => name.isWellFormed() && name !== '__proto__' && isClean(item));
}

/** Objects, lists, and what follows a comma in them. */
function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value);
  return items.reduce((sum, item) => sum + partsOf(item), 1 + Math.max(0, items.length - 1));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
