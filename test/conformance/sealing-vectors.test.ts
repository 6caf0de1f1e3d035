/** Sealed calls, byte for byte: the suite, the keys of a session, every kind of frame. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openFrame, sealFrame, sessionKeys } from '#main/features/relay/seal/cipher.ts';
import { decapsulate, encapsulate, sealingPair } from '#main/features/relay/seal/suite.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import {
  boundTo,
  type Clear,
  decodeSealedRequest,
  decodeSealMessage,
  encodeSealedRequest,
  encodeSealMessage,
  hpkeInfo,
  nonceOf,
  paddedLength,
  type SealedKind,
  SEALING_KEY_TYPE,
  SEALING_SESSION_TYPE,
  sealRequestSchema,
} from '#shared/features/relay/sealing.ts';
import { fromHex, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { open, seal } from '#shared/kernel/envelope.ts';
import { peerIdOf } from '#shared/kernel/ids.ts';

interface Vectors {
  seeds: { provider: string; consumer: string; key: string; ephemeral: string };
  now: number;
  provider: string;
  consumer: string;
  info: string;
  sealingKey: string;
  session: string;
  enc: string;
  secret: string;
  nonce: string;
  keys: { id: string; toProvider: string; toConsumer: string };
  clear: Clear;
  frames: Array<{
    kind: SealedKind;
    frame: number;
    content: string;
    nonce: string;
    bound: string;
    sealed: string;
  }>;
  request: string;
  openMessage: string;
  padded: Array<[length: number, padded: number]>;
}
const vectors = JSON.parse(
  readFileSync(new URL('./vectors/sealing.json', import.meta.url), 'utf8'),
) as Vectors;
const provider = createSigner(fromHex(vectors.seeds.provider));
const consumer = createSigner(fromHex(vectors.seeds.consumer));
const keys = {
  id: vectors.keys.id,
  toProvider: fromHex(vectors.keys.toProvider),
  toConsumer: fromHex(vectors.keys.toConsumer),
};

describe('a session', () => {
  test('is sealed to the key that the provider’s node signed', async () => {
    expect([peerIdOf(provider.publicKey), peerIdOf(consumer.publicKey)]).toEqual([
      vectors.provider,
      vectors.consumer,
    ]);
    const { publicKey } = await sealingPair(fromHex(vectors.seeds.key));
    const payload = { key: publicKey, issuedAt: vectors.now, expiresAt: vectors.now + 86_400_000 };
    expect(toHex(seal(SEALING_KEY_TYPE, payload, provider).bytes)).toBe(vectors.sealingKey);
    expect(open(fromHex(vectors.sealingKey), SEALING_KEY_TYPE, createVerify()).value).toEqual(payload);
  });

  test('has the secret that HPKE exports at both ends', async () => {
    const info = hpkeInfo(vectors.provider, vectors.consumer);
    expect(toHex(info)).toBe(vectors.info);
    const { pair, publicKey } = await sealingPair(fromHex(vectors.seeds.key));
    const made = await encapsulate(publicKey, info, fromHex(vectors.seeds.ephemeral));
    expect([toHex(made.enc), toHex(made.secret)]).toEqual([vectors.enc, vectors.secret]);
    expect(toHex(await decapsulate(pair, fromHex(vectors.enc), info))).toBe(vectors.secret);
  });

  test('has keys from the secret, the provider’s nonce and what the consumer signed', async () => {
    const { publicKey } = await sealingPair(fromHex(vectors.seeds.key));
    const payload = {
      enc: fromHex(vectors.enc),
      key: publicKey,
      provider: vectors.provider,
      issuedAt: vectors.now,
    };
    const session = seal(SEALING_SESSION_TYPE, payload, consumer).bytes;
    expect(toHex(session)).toBe(vectors.session);
    expect(sessionKeys(fromHex(vectors.secret), fromHex(vectors.nonce), session)).toEqual(keys);
  });

  test('is opened by a message in canonical CBOR', () => {
    const message = {
      t: 'open' as const,
      server: vectors.clear.server,
      tool: vectors.clear.tool,
      session: fromHex(vectors.session),
    };
    expect(toHex(encodeSealMessage(message))).toBe(vectors.openMessage);
    expect(decodeSealMessage(sealRequestSchema, fromHex(vectors.openMessage))).toEqual(message);
  });
});

test.each(vectors.frames)('frame $frame of kind $kind', ({ bound, content, frame, kind, nonce, sealed }) => {
  const { clear } = vectors;
  const key = kind === 'request' || kind === 'answer' ? keys.toProvider : keys.toConsumer;
  expect(toHex(nonceOf(clear.seal.call, frame))).toBe(nonce);
  expect(toHex(boundTo(clear, kind))).toBe(bound);
  expect(toHex(sealFrame(key, { clear, frame, kind }, utf8(content)))).toBe(sealed);
  expect(openFrame(key, { clear, frame, kind }, fromHex(sealed))).toEqual(utf8(content));
});

test('a request stands beside what whoever carries it reads', () => {
  const ciphertext = fromHex(vectors.frames[0]?.sealed ?? '');
  expect(toHex(encodeSealedRequest(vectors.clear, ciphertext))).toBe(vectors.request);
  expect(decodeSealedRequest(fromHex(vectors.request))).toEqual({ clear: vectors.clear, ciphertext });
});

test.each(vectors.padded)('%i bytes are padded to %i', (length, padded) => {
  expect(paddedLength(length)).toBe(padded);
});
