import { describe, expect, test } from 'vitest';
import { identityIn, refusalIn } from '../../src/identity/sts-answer.ts';

const ALICE = { arn: 'arn:aws:iam::111122223333:user/Alice', userId: 'AIDACKCEVSQ6C2EXAMPLE', account: '111122223333' };

/** As in the API reference. */
const XML = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
   <Arn>${ALICE.arn}</Arn>
    <UserId>${ALICE.userId}</UserId>
    <Account>${ALICE.account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;
const xml = (body: string) => ({ status: 200, contentType: 'text/xml', body });
const json = (members: object) => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({
    GetCallerIdentityResponse: { GetCallerIdentityResult: members, ResponseMetadata: { RequestId: 'x' } },
  }),
});

describe('somebody', () => {
  test.each([
    ['XML', XML],
    ['XML with a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${XML}`],
    ['XML on one line', XML.replaceAll(/\n\s*/g, '')],
    ['XML in another order', XML.replace(/( *<Arn>.*\n)( *<UserId>.*\n)/, '$2$1')],
  ])('%s', (_name, body) => {
    expect(identityIn(xml(body))).toEqual(ALICE);
    expect(identityIn({ ...xml(body), contentType: 'application/xml; charset=utf-8' })).toEqual(ALICE);
  });

  test.each([
    ['a user', ALICE.arn, ALICE.userId],
    [
      'a role session',
      'arn:aws:sts::111122223333:assumed-role/ci/jane@example.com',
      'AROAEXAMPLEEXAMPLE12:jane@example.com',
    ],
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/bob', '111122223333:bob'],
    ['the root user', 'arn:aws:iam::111122223333:root', '111122223333'],
    ['another partition', 'arn:aws-cn:iam::111122223333:user/Alice', ALICE.userId],
  ])('%s', (_name, Arn, UserId) => {
    expect(identityIn(json({ Arn, UserId, Account: ALICE.account }))).toEqual({ ...ALICE, arn: Arn, userId: UserId });
  });
});

describe('nobody', () => {
  test.each([
    ['an element missing', XML.replace(/ *<UserId>.*\n/, '')],
    ['an element twice', XML.replace(/( *<Arn>.*\n)/, '$1$1')],
    ['an element in place of another', XML.replace(/UserId>/g, 'Arn>')],
    ['an element more', XML.replace('<Arn>', '<Evil>x</Evil><Arn>')],
    ['an element in an element', XML.replace(ALICE.arn, `<Arn>${ALICE.arn}</Arn>`)],
    ['a comment', XML.replace('<Arn>', '<!-- x --><Arn>')],
    ['an entity', XML.replace('Alice', '&alice;')],
    ['a document type', `<!DOCTYPE x [<!ENTITY alice "Alice">]>${XML}`],
    ['a character section', XML.replace(ALICE.arn, `<![CDATA[${ALICE.arn}]]>`)],
    ['a blank around the ARN', XML.replace(ALICE.arn, ` ${ALICE.arn} `)],
    ['no namespace', XML.replace(/ xmlns="[^"]*"/, '')],
    ['another namespace', XML.replace('2011-06-15', '2099-01-01')],
    ['something before', `x${XML}`],
    ['something after', `${XML}x`],
    ['two answers', XML + XML],
    ['another answer', XML.replaceAll('GetCallerIdentity', 'AssumeRole')],
  ])('%s', (_name, body) => {
    expect(body).not.toBe(XML);
    expect(identityIn(xml(body))).toBeUndefined();
  });
});

describe("STS's own word for a refusal", () => {
  const refusal = (Code: string) => `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>${Code}</Code>
    <Message>No.</Message>
  </Error>
  <RequestId>x</RequestId>
</ErrorResponse>`;

  test.each([
    ['XML', 'text/xml', refusal('ExpiredToken'), 'ExpiredToken'],
    ['JSON', 'application/json', '{"Error":{"Code":"ExpiredToken","Message":"{}"},"RequestId":"x"}', 'ExpiredToken'],
    ['XML with a code that is no word', 'text/xml', refusal('a b'), undefined],
    ['JSON with a code that is no word', 'application/json', '{"Error":{"Code":"a\\nb"}}', undefined],
    ['a page that speaks of a code', 'text/html', refusal('ExpiredToken'), undefined],
    ['another document', 'text/xml', `<html>${refusal('ExpiredToken')}</html>`, undefined],
    ['rubbish', 'application/json', '{', undefined],
  ])('%s', (_name, contentType, body, code) => {
    expect(refusalIn({ status: 403, contentType, body })).toBe(code);
  });
});
