/** The operations on action groups. Each is synchronous, so that a commit is atomic however many requests are under way. */
import { type Answer, groupAnswer, groupSummary } from './answer.ts';
import { busy, enabledGroup, invalid, nameTaken, notFound } from './failure.ts';
import type { Input } from './input.ts';
import { page } from './pages.ts';
import { requireWithinQuotas } from './quotas.ts';
import {
  type Account,
  type ActionGroup,
  type ActionGroupContent,
  type Agent,
  agentOf,
  commit,
  type Groups,
  newId,
  type Origin,
} from './state.ts';

export function createActionGroup(account: Account, input: Input, origin: Origin): Answer {
  const agent = agentOf(account, input.agentId as string);
  const clientToken = input.clientToken as string | undefined;
  const first = clientToken === undefined ? undefined : account.tokens.get(clientToken);
  if (first !== undefined) return repeated(account, first);
  const content = contentOf(input);
  requireWritable(agent, 'Create', content);
  requireWithinQuotas(account, agent, content);
  const now = account.now();
  account.lastSequence += 1;
  const group: ActionGroup = {
    agentId: agent.agentId,
    actionGroupId: newId(),
    sequence: account.lastSequence,
    clientToken,
    createdAt: now,
    updatedAt: now,
    content,
  };
  if (clientToken !== undefined) account.tokens.set(clientToken, group);
  write(account, agent, group);
  record(account, 'CreateAgentActionGroup', group, origin, clientToken);
  return groupAnswer(account, group, 'DRAFT');
}

/** A full replacement: what the request does not name is gone. The token of the creation stays. */
export function updateActionGroup(account: Account, input: Input, origin: Origin): Answer {
  const agent = agentOf(account, input.agentId as string);
  const before = groupOf(agent.groups, input);
  const content = contentOf(input);
  requireWritable(agent, 'Update', content, before.actionGroupId);
  requireWithinQuotas(account, agent, content, before.actionGroupId);
  const group = { ...before, content, updatedAt: account.now() };
  write(account, agent, group);
  record(account, 'UpdateAgentActionGroup', group, origin);
  return groupAnswer(account, group, 'DRAFT');
}

export function deleteActionGroup(account: Account, input: Input, origin: Origin): Answer {
  const agent = agentOf(account, input.agentId as string);
  const group = groupOf(agent.groups, input);
  requireIdle(agent, 'Delete');
  const inUse = group.content.actionGroupState === 'ENABLED' && input.skipResourceInUseCheck !== true;
  if (inUse) throw enabledGroup(group.actionGroupId);
  agent.groups.delete(group.actionGroupId);
  touch(account, agent);
  record(account, 'DeleteAgentActionGroup', group, origin);
  return undefined;
}

export function getActionGroup(account: Account, input: Input): Answer {
  const agentVersion = input.agentVersion as string;
  return groupAnswer(account, groupOf(groupsOf(account, input), input), agentVersion);
}

export function listActionGroups(account: Account, input: Input): Answer {
  const groups = [...groupsOf(account, input).values()];
  const scope = `${input.agentId}/${input.agentVersion}`;
  const { items, nextToken } = page(input, scope, groups, (group) => group.sequence);
  return { actionGroupSummaries: items.map(groupSummary), nextToken };
}

/** What Bedrock answers here is not documented: the setting `tokenRepeat` chooses among the guesses. */
function repeated(account: Account, first: ActionGroup): Answer {
  const current = account.agents.get(first.agentId)?.groups.get(first.actionGroupId) ?? first;
  switch (account.settings.tokenRepeat) {
    case 'same-group':
      return groupAnswer(account, current, 'DRAFT');
    case 'no-group':
      return {};
    case 'name-taken':
      throw nameTaken(current.content.actionGroupName);
    case 'different-group':
      return groupAnswer(account, { ...current, actionGroupId: newId(), clientToken: undefined }, 'DRAFT');
  }
}

function contentOf(input: Input): ActionGroupContent {
  const { agentId, agentVersion, actionGroupId, clientToken, ...content } = input;
  return { actionGroupState: 'ENABLED', ...content } as unknown as ActionGroupContent;
}

function requireWritable(agent: Agent, verb: string, content: ActionGroupContent, replacedId?: string): void {
  requireSignatureAlone(content);
  requireIdle(agent, verb);
  for (const other of agent.groups.values()) {
    const taken = other.content.actionGroupName === content.actionGroupName;
    if (taken && other.actionGroupId !== replacedId) throw nameTaken(content.actionGroupName);
  }
}

/** A rule between members, which the model cannot say: documented for every signature. */
function requireSignatureAlone(content: ActionGroupContent): void {
  const { parentActionGroupSignature: signature } = content;
  if (signature === undefined) return;
  const excluded = (['description', 'apiSchema', 'actionGroupExecutor'] as const).filter((name) => name in content);
  if (excluded.length === 0) return;
  throw invalid(
    `${excluded.join(', ')} must be blank when parentActionGroupSignature is ${signature}`,
    excluded.map((name) => ({ name, message: `must be blank when parentActionGroupSignature is ${signature}` })),
  );
}

/** @throws {AwsFailure} while an agent is between two states it accepts no change. */
export function requireIdle(agent: Agent, verb: string): void {
  const idle = agent.status === 'NOT_PREPARED' || agent.status === 'PREPARED' || agent.status === 'FAILED';
  if (!idle) throw busy(verb, agent.status);
}

function groupsOf(account: Account, input: Input): Groups {
  const agent = agentOf(account, input.agentId as string);
  if (input.agentVersion === 'DRAFT') return agent.groups;
  const version = agent.versions.get(input.agentVersion as string);
  if (version === undefined) throw notFound();
  return version.groups;
}

function groupOf(groups: Groups, input: Input): ActionGroup {
  const group = groups.get(input.actionGroupId as string);
  if (group === undefined) throw notFound();
  return group;
}

function write(account: Account, agent: Agent, group: ActionGroup): void {
  agent.groups.set(group.actionGroupId, group);
  touch(account, agent);
}

/** A change is live only after the next preparation. */
function touch(account: Account, agent: Agent): void {
  agent.status = 'NOT_PREPARED';
  agent.updatedAt = account.now();
}

function record(
  account: Account,
  operation: 'CreateAgentActionGroup' | 'UpdateAgentActionGroup' | 'DeleteAgentActionGroup',
  { agentId, actionGroupId, content }: ActionGroup,
  { requestId, userAgent }: Origin,
  clientToken?: string,
): void {
  const name = content.actionGroupName;
  const token = clientToken === undefined ? {} : { clientToken };
  commit(account, { operation, agentId, actionGroupId, name, ...token, userAgent, requestId });
}
