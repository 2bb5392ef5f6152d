/** The AWS SDK for JavaScript; the tests of the suite know it better, so this asks only whether it gets through. */
import {
  BedrockAgentClient,
  CreateAgentActionGroupCommand,
  DeleteAgentActionGroupCommand,
  GetAgentActionGroupCommand,
  GetAgentCommand,
  PrepareAgentCommand,
  paginateListAgentActionGroups,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import packageJson from '@aws-sdk/client-bedrock-agent/package.json' with { type: 'json' };
import { AGENT, type Client, DENIAL, expectParts, expectSame, FORBIDDEN_LAMBDA, LAMBDA } from './bench.ts';

export const javascript: Client = {
  name: 'AWS SDK for JavaScript',
  version: async () => packageJson.version,
  steps(bench) {
    // `signingName` is an option that the SDK takes, and its types do not name.
    const signing = bench.mode === 'iam' ? { signingName: 'execute-api' } : {};
    const { endpoint, keys: credentials } = bench;
    const client = new BedrockAgentClient({
      endpoint,
      region: 'us-east-1',
      credentials: { ...credentials },
      ...signing,
    });
    const draft = { agentId: AGENT, agentVersion: 'DRAFT' };
    const bookings = { ...draft, actionGroupName: 'bookings', actionGroupExecutor: { lambda: LAMBDA } };
    let group = { ...draft, actionGroupId: '' };
    return [
      [
        'create',
        async () => {
          const { agentActionGroup } = await client.send(new CreateAgentActionGroupCommand(bookings));
          group = { ...draft, actionGroupId: agentActionGroup?.actionGroupId ?? '' };
        },
      ],
      ['get', async () => void (await client.send(new GetAgentActionGroupCommand(group)))],
      ['update', async () => void (await client.send(new UpdateAgentActionGroupCommand({ ...bookings, ...group })))],
      [
        'list, in pages',
        async () => {
          const ids: (string | undefined)[] = [];
          for await (const page of paginateListAgentActionGroups({ client }, { ...draft })) {
            ids.push(...(page.actionGroupSummaries ?? []).map(({ actionGroupId }) => actionGroupId));
          }
          expectSame(ids, [group.actionGroupId]);
        },
      ],
      [
        'prepare, and get the agent',
        async () => {
          const { agentStatus } = await client.send(new PrepareAgentCommand({ agentId: AGENT }));
          expectSame(agentStatus, 'PREPARING');
          await client.send(new GetAgentCommand({ agentId: AGENT }));
        },
      ],
      [
        'delete',
        async () =>
          void (await client.send(new DeleteAgentActionGroupCommand({ ...group, skipResourceInUseCheck: true }))),
      ],
      [
        'a denial: shown, one attempt',
        async () => {
          const denied = { ...bookings, actionGroupExecutor: { lambda: FORBIDDEN_LAMBDA } };
          const error = await client.send(new CreateAgentActionGroupCommand(denied)).catch((each) => each);
          expectParts(`${error.name} ${error.message}`, ...DENIAL);
          expectSame(error.$metadata.attempts, 1);
        },
      ],
    ];
  },
};
