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

const GROUPS = `/agents/${AGENT}/agentversions/DRAFT/actiongroups/`;

export const curl: Client = {
  name: 'curl',
  version: async () => /^curl (\S+)/.exec((await run('curl', ['--version']))?.stdout ?? '')?.[1],
  async cannot() {
    const { stdout = '' } = (await run('curl', ['--help', 'all'])) ?? {};
    return stdout.includes('--aws-sigv4') ? undefined : 'it is older than 7.75 and cannot sign';
  },
  steps(bench) {
    const body = { actionGroupName: 'bookings', actionGroupExecutor: { lambda: LAMBDA } };
    let group = '';
    return [
      [
        'create',
        async () => {
          const { status, json } = await call(bench, 'PUT', GROUPS, body);
          expectSame([status, json.agentActionGroup.actionGroupName], [200, 'bookings']);
          group = `${GROUPS}${json.agentActionGroup.actionGroupId}/`;
        },
      ],
      ['get', async () => expectSame((await call(bench, 'GET', group)).status, 200)],
      ['update', async () => expectSame((await call(bench, 'PUT', group, body)).status, 200)],
      ['list', async () => expectSame((await call(bench, 'POST', GROUPS, {})).json.actionGroupSummaries.length, 1)],
      [
        'prepare, and get the agent',
        async () => {
          expectSame((await call(bench, 'POST', `/agents/${AGENT}/`)).status, 202);
          expectSame((await call(bench, 'GET', `/agents/${AGENT}/`)).status, 200);
        },
      ],
      [
        'delete',
        async () => expectSame((await call(bench, 'DELETE', `${group}?skipResourceInUseCheck=true`)).status, 204),
      ],
      [
        'a denial: shown',
        async () => {
          const denied = { ...body, actionGroupExecutor: { lambda: FORBIDDEN_LAMBDA } };
          const { status, json } = await call(bench, 'PUT', GROUPS, denied);
          expectSame(status, 403);
          expectParts(`${json.__type} ${json.message}`, ...DENIAL);
        },
      ],
    ];
  },
};

async function call({ mode, endpoint, keys }: Bench, method: string, path: string, body?: object) {
  const service = mode === 'iam' ? 'execute-api' : 'bedrock';
  const given = body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
  const output = await run('curl', [
    ...['-s', '-X', method, '-w', '\n%{http_code}', `${endpoint}${path}`, ...given],
    ...['--aws-sigv4', `aws:amz:us-east-1:${service}`, '--user', `${keys.accessKeyId}:${keys.secretAccessKey}`],
  ]);
  const [text = '', status] = output?.stdout.split(/\n(?=\d+$)/) ?? [];
  return { status: Number(status), json: text === '' ? undefined : JSON.parse(text) };
}
