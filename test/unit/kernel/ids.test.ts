import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSigner } from '#main/platform/crypto.ts';
import {
  formatToolId,
  isPeerId,
  isProviderId,
  parseToolId,
  peerIdOf,
  peerKeyOf,
  providerIdOf,
  providerKeyOf,
  SERVER_NAME,
} from '#shared/kernel/ids.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const coded = (code: string) => expect.objectContaining({ code });

describe('keys as text', () => {
  test('providers and peers come back as the keys they were', () => {
    fc.assert(
      fc.property(key, (publicKey) => {
        expect(providerKeyOf(providerIdOf(publicKey))).toEqual(publicKey);
        expect(peerKeyOf(peerIdOf(publicKey))).toEqual(publicKey);
        expect(providerIdOf(publicKey)).toMatch(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
        expect(peerIdOf(publicKey)).toMatch(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/);
      }),
    );
  });

  test('peer ids are those of libp2p', async () => {
    for (let index = 0; index < 20; index++) {
      const seed = new Uint8Array(32).fill(index);
      const theirs = peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seed));
      expect(peerIdOf(createSigner(seed).publicKey)).toBe(theirs.toString());
    }
  });

  const provider = providerIdOf(new Uint8Array(32).fill(7));
  test.each([
    '',
    'z',
    'z6Mk',
    provider.slice(1),
    provider.slice(0, -1),
    `${provider}1`,
    ` ${provider}`,
    provider.replace('z6Mk', 'z6Ml'),
    `${provider.slice(0, -1)}0`,
    `z${'1'.repeat(100_000)}`,
    peerIdOf(new Uint8Array(32)),
  ])('%.60j is no provider', (text) => {
    expect(isProviderId(text)).toBe(false);
    expect(() => providerKeyOf(text)).toThrow(coded('ids.bad_provider'));
  });

  test.each([
    '',
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    provider,
    `z${peerIdOf(new Uint8Array(32))}`,
  ])('%j is no peer of ours', (text) => {
    expect(isPeerId(text)).toBe(false);
    expect(() => peerKeyOf(text)).toThrow(coded('ids.bad_peer'));
  });

  test('keys of another length have no id', () => {
    for (const length of [0, 31, 33]) {
      expect(() => providerIdOf(new Uint8Array(length))).toThrow(TypeError);
      expect(() => peerIdOf(new Uint8Array(length))).toThrow(TypeError);
    }
  });
});

describe('tool ids', () => {
  const name = fc
    .string({
      minLength: 1,
      unit: fc.oneof(
        fc.constantFrom('/', '@', '#', '%', 'é', '😀', ' ', '.'),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    })
    .filter((text) => text.isWellFormed() && text !== '');
  const id = fc.record(
    {
      provider: key.map(providerIdOf),
      server: fc.stringMatching(SERVER_NAME),
      tool: name,
      version: name,
      fingerprint: fc.stringMatching(/^[0-9a-f]{64}$/),
    },
    { requiredKeys: ['provider', 'server', 'tool'] },
  );

  test('any name survives, and one tool has one id', () => {
    fc.assert(
      fc.property(id, (tool) => {
        const text = formatToolId(tool);
        expect(parseToolId(text)).toEqual(tool);
        expect(text).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  test('whatever is parsed is written the same way again', () => {
    const whole = formatToolId({
      provider: providerIdOf(new Uint8Array(32)),
      server: 's',
      tool: 'a b',
      version: '1',
    });
    const mangled = fc
      .tuple(fc.nat(whole.length), fc.string({ maxLength: 3 }), fc.nat(3))
      .map(([at, text, drop]) => whole.slice(0, at) + text + whole.slice(at + drop));
    fc.assert(
      fc.property(fc.oneof(fc.string(), mangled), (text) => {
        const parsed = parseToolId(text);
        expect(parsed ? formatToolId(parsed) : text).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  const p = providerIdOf(new Uint8Array(32));
  test.each([
    'echo',
    `${p}/tool`,
    `${p}/S/tool`,
    `${p}/s/%zz`,
    `${p}/s/%61`,
    `${p}/s/a@`,
    `${p}/s/a#abc`,
    `${p}/s/a/b`,
    `x/s/a`,
  ])('%j is no full id', (text) => expect(parseToolId(text)).toBeUndefined());

  test('names that have no text form are refused', () => {
    for (const tool of ['', '\ud800'])
      expect(() => formatToolId({ provider: p, server: 's', tool })).toThrow(coded('ids.bad_tool'));
  });
});
