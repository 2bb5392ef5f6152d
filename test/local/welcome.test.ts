import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startLocal } from '../../src/local/start.ts';
import { welcome } from '../../src/local/welcome.ts';
import { POLICY } from '../support/service.ts';

test('with proofs of identity it prints a whole credential_process line, which works as it stands', async () => {
  const local = await startLocal({ PORT: '0', LOCAL_AUTH: 'proof', POLICY_FILE: POLICY }, () => {});
  onTestFinished(() => local.close());
  const [, line = ''] = /credential_process = (.*)/.exec(welcome(local, false)) ?? [];
  const { stdout } = await promisify(exec)(line, { cwd: '/' });
  expect(JSON.parse(stdout)).toMatchObject({ Version: 1, SessionToken: expect.any(String) });
});
