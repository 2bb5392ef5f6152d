import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SigningHash } from '../../src/sdk/signing-hash.ts';

const key = fc.oneof(fc.constant(undefined), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 }));
const data = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 })), { maxLength: 3 });

test('digests are those of Node, whatever the key and the data are given as', async () => {
  await fc.assert(
    fc.asyncProperty(key, data, async (secret, parts) => {
      const expected = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      for (const part of parts) expected.update(part);

      const hash = new SigningHash(secret);
      for (const part of parts) hash.update(part);

      expect(Buffer.from(await hash.digest()).toString('hex')).toBe(expected.digest('hex'));
    }),
    { seed: 1 },
  );
});

test('a part of a larger buffer is the part alone, as key and as data', async () => {
  const whole = Buffer.from('before the part, and after');
  const part = new Uint8Array(whole.buffer, whole.byteOffset + 7, 8);

  const hash = new SigningHash(part);
  hash.update(part);

  expect(Buffer.from(await hash.digest())).toEqual(createHmac('sha256', 'the part').update('the part').digest());
});

test('after a reset it begins again, with its key', async () => {
  const hash = new SigningHash('key');
  hash.update('forgotten');
  hash.reset();
  hash.update('kept');

  expect(Buffer.from(await hash.digest())).toEqual(createHmac('sha256', 'key').update('kept').digest());
});
