import {
  AGENT,
  type Bench,
  type Client,
  DENIAL,
  expectParts,
  expectSame,
  FORBIDDEN_LAMBDA,
  LAMBDA,
  run,
} from './bench.ts';

const DRAFT = ['--agent-id', AGENT, '--agent-version', 'DRAFT'];

export const awsCli: Client = {
  name: 'AWS CLI',
  version: async () => /aws-cli\/(\S+)/.exec((await run('aws', ['--version']))?.stdout ?? '')?.[1],
  steps(bench) {
    const aws = (...args: string[]) => call(bench, args);
    const create = (name: string, lambda: string) =>
      aws(
        'create-agent-action-group',
        ...DRAFT,
        '--action-group-name',
        name,
        '--action-group-executor',
        `lambda=${lambda}`,
      );
    let group: string[] = [];
    return [
      [
        'create',
        async () => {
          const functions = JSON.stringify({ functions: [{ name: 'book', description: 'Books a table.' }] });
          const { agentActionGroup } = answered(
            await aws(
              'create-agent-action-group',
              ...[...DRAFT, '--action-group-name', 'bookings', '--action-group-executor', `lambda=${LAMBDA}`],
              ...['--function-schema', functions],
            ),
          );
          group = [...DRAFT, '--action-group-id', agentActionGroup.actionGroupId];
        },
      ],
      ['get', async () => void answered(await aws('get-agent-action-group', ...group))],
      [
        'update',
        async () => {
          const changed = ['--action-group-name', 'tables', '--action-group-executor', `lambda=${LAMBDA}`];
          const { agentActionGroup } = answered(await aws('update-agent-action-group', ...group, ...changed));
          expectSame(agentActionGroup.actionGroupName, 'tables');
        },
      ],
      [
        'prepare, and get the agent',
        async () => {
          expectSame(answered(await aws('prepare-agent', '--agent-id', AGENT)).agentStatus, 'PREPARING');
          expectSame(answered(await aws('get-agent', '--agent-id', AGENT)).agent.agentId, AGENT);
        },
      ],
      [
        'list, in pages',
        async () => {
          answered(await create('other', LAMBDA));
          const list = answered(await aws('list-agent-action-groups', ...DRAFT, '--page-size', '1'));
          const names = list.actionGroupSummaries.map((each: { actionGroupName: string }) => each.actionGroupName);
          expectSame(names, ['tables', 'other']);
        },
      ],
      [
        'delete',
        async () => void answered(await aws('delete-agent-action-group', ...group, '--skip-resource-in-use-check')),
      ],
      [
        'a denial: shown, one attempt',
        async () => {
          const before = bench.decided().length;
          expectParts((await create('shell', FORBIDDEN_LAMBDA)).stderr, ...DENIAL);
          expectSame(bench.decided().slice(before), ['CreateAgentActionGroup denied']);
        },
      ],
      [
        'a validation error: shown',
        async () => expectParts((await create('no name', LAMBDA)).stderr, 'ValidationException', '/actionGroupName'),
      ],
      [
        'an answer that was lost: one group',
        async () => {
          bench.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup' });
          const { agentActionGroup } = answered(await create('lost', LAMBDA));
          const commits = bench.bedrock.ledger.filter(({ name }) => name === 'lost');
          expectSame(
            commits.map(({ actionGroupId }) => actionGroupId),
            [agentActionGroup.actionGroupId],
          );
        },
      ],
    ];
  },
};

async function call(bench: Bench, args: readonly string[]) {
  const output = await run('aws', ['bedrock-agent', ...args, '--output', 'json'], { env: bench.env });
  if (output === undefined) throw new Error('there is no aws command');
  return output;
}

// biome-ignore lint/suspicious/noExplicitAny: a check knows the answer that it expects
function answered({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): any {
  if (code !== 0) throw new Error(stderr.trim());
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
