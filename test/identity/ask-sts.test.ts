import { expect, test } from 'vitest';
import { askSts } from '../../src/identity/ask-sts.ts';
import { stsEndpoint } from '../../src/identity/sts-endpoint.ts';
import { AUDIENCE, serverThat } from './proofs.ts';

const at = (url: string) => ({ audience: AUDIENCE, sts: stsEndpoint('us-east-1', url) });

test('an answer is given as it is, whatever its status', async () => {
  const url = await serverThat((_request, response) =>
    response.writeHead(418, { 'Content-Type': 'text/plain' }).end('é'),
  );
  expect(await askSts('Action=GetCallerIdentity', at(url))).toEqual({
    status: 418,
    contentType: 'text/plain',
    body: 'é',
  });
});

test('a redirect is an answer', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serverThat((request, response) => {
    asked.push(request.url);
    response.writeHead(302, { Location: '/elsewhere' }).end();
  });
  expect(await askSts('a=b', at(url))).toMatchObject({ status: 302 });
  expect(asked).toEqual(['/?a=b']);
});

test('an answer without end is not read to its end', async () => {
  const url = await serverThat((_request, response) => {
    const more = () => {
      while (response.write('x'.repeat(1024)));
      response.once('drain', more);
    };
    more();
  });
  await expect(askSts('', at(url), { maxAnswerBytes: 4096 })).rejects.toThrow('STS answers with more than 4096 bytes.');
});

test.each<[string, (write: () => void) => void]>([
  ['an answer that does not come', () => {}],
  ['an answer that does not end', (write) => write()],
])('%s is not waited for', async (_name, begin) => {
  const url = await serverThat((_request, response) => begin(() => response.write('{')));
  await expect(askSts('', at(url), { timeoutMs: 20 })).rejects.toThrow(/aborted|timeout/i);
});

test('an answer that breaks off is none', async () => {
  const url = await serverThat((_request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('{', () => response.destroy());
  });
  await expect(askSts('', at(url))).rejects.toThrow();
});
