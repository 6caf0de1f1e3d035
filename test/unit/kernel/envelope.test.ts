import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import { type Envelope, open, seal, signedMessage } from '#shared/kernel/envelope.ts';
import { createSeededRandom } from '#test/support/random.ts';

const random = createSeededRandom('envelope');
const signer = createSigner(random.bytes(32));
const verify = createVerify();
const coded = (code: string) => expect.objectContaining({ code });
const parts = ({ type, payload, publicKey, signature }: Envelope) =>
  [type, payload, publicKey, signature] as const;

test('what was sealed opens to the same value, from the very bytes', () => {
  const sealed = seal('entry/1', { name: 'x', seq: 1 }, signer);
  expect(open(sealed.bytes, 'entry/1', verify)).toEqual({ ...sealed, value: { name: 'x', seq: 1 } });
});

test('any flipped bit is noticed', () => {
  const { bytes } = seal('entry/1', { name: 'x' }, signer);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (index, bit) => {
      const changed = bytes.slice();
      changed[index] = (changed[index] as number) ^ (1 << bit);
      expect(() => open(changed, 'entry/1', verify)).toThrow(
        coded(expect.stringMatching(/^kernel\.(malformed|wrong_type|bad_signature)$/) as never),
      );
    }),
    { numRuns: 500 },
  );
});

test('a signature for one purpose is worthless for another', () => {
  const [, payload, publicKey, signature] = parts(seal('entry/1', { name: 'x' }, signer));
  for (const type of ['entry/2', 'entry/11', 'vouch/1', 'toolswarm/entry/1']) {
    const bytes = encodeCbor([type, payload, publicKey, signature]);
    expect(() => open(bytes, 'entry/1', verify)).toThrow(coded('kernel.wrong_type'));
    if (type !== 'toolswarm/entry/1')
      expect(() => open(bytes, type, verify)).toThrow(coded('kernel.bad_signature'));
  }
});

test('no two pairs of type and payload are signed as the same bytes', () => {
  const type = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}\/[1-9][0-9]{0,3}$/);
  const pair = fc.tuple(type, fc.uint8Array({ maxLength: 20 }));
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const same = a[0] === b[0] && Buffer.compare(a[1], b[1]) === 0;
      expect(Buffer.compare(signedMessage(...a), signedMessage(...b)) === 0).toBe(same);
    }),
  );
});

test.each(['', 'entry', 'entry/0', 'entry/01', 'Entry/1', 'entry/1\0', 'a\0b/1', `${'a'.repeat(48)}/1`])(
  'the type %j cannot be signed',
  (type) => {
    expect(() => seal(type, null, signer)).toThrow(coded('kernel.wrong_type'));
  },
);

test('other shapes are malformed', () => {
  const [type, payload, publicKey, signature] = parts(seal('entry/1', null, signer));
  const shapes = [
    [type, payload, publicKey],
    [type, payload, publicKey, signature, null],
    [1, payload, publicKey, signature],
    [type, 'text', publicKey, signature],
    [type, payload, publicKey.subarray(1), signature],
    [type, payload, publicKey, signature.subarray(1)],
    { type, payload, publicKey, signature },
    null,
  ];
  for (const shape of shapes)
    expect(() => open(encodeCbor(shape as never), 'entry/1', verify)).toThrow(coded('kernel.malformed'));
});

test('a payload that is signed but not canonical is malformed', () => {
  const payload = Uint8Array.of(0x18, 0x01);
  const signature = signer.sign(signedMessage('entry/1', payload));
  const bytes = encodeCbor(['entry/1', payload, signer.publicKey, signature]);
  expect(() => open(bytes, 'entry/1', verify)).toThrow(coded('kernel.malformed'));
});
