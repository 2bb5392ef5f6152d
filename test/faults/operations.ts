/** Every operation on both surfaces, each as one request to an agent of its own. */
import type { Ask } from '../support/ask.ts';
import { PLATFORM } from '../support/callers.ts';
import { freshToken, group } from '../support/service.ts';
import type { Bench } from './bench.ts';

export interface OperationCase {
  readonly name: string;
  readonly agentId: string;
  /** Whether a disabled group `bookings` is there before; its id is given to `ask`. */
  readonly given: boolean;
  /** Changes something in Bedrock. */
  readonly writes: boolean;
  readonly ask: (id: string, etag: string) => Ask;
}

type Wanted = Pick<OperationCase, 'given' | 'writes'> & { readonly ask: (at: string, id: string, etag: string) => Ask };

const as = PLATFORM;
const later = () => group({ description: 'Later.' });

const REST: Readonly<Record<string, Wanted>> = {
  create: wrote(false, (at) => ({
    method: 'POST',
    target: `${at}/versions/DRAFT/action-groups`,
    body: group({ clientToken: freshToken() }),
  })),
  'create without a token': wrote(false, (at) => ({
    method: 'POST',
    target: `${at}/versions/DRAFT/action-groups`,
    body: group(),
  })),
  'create and prepare': wrote(false, (at) => ({
    method: 'POST',
    target: `${at}/versions/DRAFT/action-groups?prepare=wait`,
    body: group({ clientToken: freshToken() }),
  })),
  update: wrote(true, (at, id) => ({
    method: 'PUT',
    target: `${at}/versions/DRAFT/action-groups/${id}`,
    body: later(),
  })),
  'update what was read': wrote(true, (at, id, etag) => ({
    method: 'PUT',
    target: `${at}/versions/DRAFT/action-groups/${id}`,
    body: later(),
    headers: { 'if-match': etag },
  })),
  'put, creating': wrote(false, (at) => ({
    method: 'PUT',
    target: `${at}/versions/DRAFT/action-groups/by-name/bookings`,
    body: group(),
  })),
  'put, updating': wrote(true, (at) => ({
    method: 'PUT',
    target: `${at}/versions/DRAFT/action-groups/by-name/bookings`,
    body: later(),
  })),
  delete: wrote(true, (at, id) => ({ method: 'DELETE', target: `${at}/versions/DRAFT/action-groups/${id}` })),
  'delete, disabling first': wrote(true, (at, id) => ({
    method: 'DELETE',
    target: `${at}/versions/DRAFT/action-groups/${id}?disableFirst=true`,
  })),
  prepare: wrote(true, (at) => ({ method: 'POST', target: `${at}/prepare?wait=true` })),
  'create, as a dry run': reads(false, (at) => ({
    method: 'POST',
    target: `${at}/versions/DRAFT/action-groups?dryRun=true`,
    body: group({ clientToken: freshToken() }),
  })),
  list: reads(true, (at) => ({ method: 'GET', target: `${at}/versions/DRAFT/action-groups` })),
  get: reads(true, (at, id) => ({ method: 'GET', target: `${at}/versions/DRAFT/action-groups/${id}` })),
  'get provenance': reads(true, (at, id) => ({
    method: 'GET',
    target: `${at}/versions/DRAFT/action-groups/${id}/provenance`,
  })),
  'get agent': reads(true, (at) => ({ method: 'GET', target: at })),
};

const AWS: Readonly<Record<string, Wanted>> = {
  CreateAgentActionGroup: wrote(false, (at) => ({
    method: 'PUT',
    target: `${at}/agentversions/DRAFT/actiongroups/`,
    body: group({ clientToken: freshToken() }),
  })),
  UpdateAgentActionGroup: wrote(true, (at, id) => ({
    method: 'PUT',
    target: `${at}/agentversions/DRAFT/actiongroups/${id}/`,
    body: later(),
  })),
  DeleteAgentActionGroup: wrote(true, (at, id) => ({
    method: 'DELETE',
    target: `${at}/agentversions/DRAFT/actiongroups/${id}/?skipResourceInUseCheck=true`,
  })),
  PrepareAgent: wrote(true, (at) => ({ method: 'POST', target: `${at}/` })),
  ListAgentActionGroups: reads(true, (at) => ({
    method: 'POST',
    target: `${at}/agentversions/DRAFT/actiongroups/`,
    body: {},
  })),
  GetAgentActionGroup: reads(true, (at, id) => ({
    method: 'GET',
    target: `${at}/agentversions/DRAFT/actiongroups/${id}/`,
  })),
  GetAgent: reads(true, (at) => ({ method: 'GET', target: `${at}/` })),
};

export const OPERATION_CASES: readonly OperationCase[] = [
  ...Object.entries(REST).map(([name, wanted]) => ({ name, base: '/v1/agents', ...wanted })),
  ...Object.entries(AWS).map(([name, wanted]) => ({ name, base: '/aws/agents', ...wanted })),
].map(({ name, base, given, writes, ask }, index) => {
  const agentId = `FAULTAGT${String(index).padStart(2, '0')}`;
  const asked = (id: string, etag: string) => ({ as, ...ask(`${base}/${agentId}`, id, etag) });
  return { name, agentId, given, writes, ask: asked };
});

/** The request of a case, with what it needs to be there made before. */
export async function ready({ bedrock, make }: Bench, { agentId, given, ask }: OperationCase): Promise<Ask> {
  bedrock.agents.put(agentId);
  const { id, etag } = given ? await make({ actionGroupState: 'DISABLED' }, agentId) : { id: '', etag: '' };
  return ask(id, etag);
}

function wrote(given: boolean, ask: Wanted['ask']): Wanted {
  return { given, writes: true, ask };
}

function reads(given: boolean, ask: Wanted['ask']): Wanted {
  return { given, writes: false, ask };
}
