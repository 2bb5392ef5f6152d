import { hash } from 'node:crypto';
import type { AgentActionGroup } from '@aws-sdk/client-bedrock-agent';

/**
 * The strong entity tag of a group, quotes included.
 *
 * Made of its id and the time of its last change, which every answer that holds a whole group has: a tag of the content
 * would differ between a write, whose answer may leave out what Bedrock fills in, and the next read.
 */
export function entityTag({ actionGroupId, updatedAt }: Pick<AgentActionGroup, 'actionGroupId' | 'updatedAt'>): string {
  const digest = hash('sha256', `${actionGroupId} ${updatedAt?.toISOString()}`);
  return `"${digest.slice(0, 32)}"`;
}
