import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { entropyOfPhrase, phraseOf, rootSeedOf } from '#shared/features/identity/phrase.ts';
import { verifyCertificate, verifyRotation } from '#shared/features/identity/rules.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import { fromHex, toHex, utf8 } from '#shared/kernel/bytes.ts';
import {
  type CborValue,
  decodeCbor,
  encodeCbor,
  type JsonValue,
  jcsBytes,
  sha256Bytes,
} from '#shared/kernel/canonical.ts';
import { verifyEd25519 } from '#shared/kernel/ed25519.ts';
import { open, seal, signedMessage } from '#shared/kernel/envelope.ts';
import {
  formatToolId,
  isPeerId,
  isProviderId,
  parseToolId,
  peerIdOf,
  peerKeyOf,
  providerIdOf,
  providerKeyOf,
  type ToolId,
} from '#shared/kernel/ids.ts';

const load = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8')) as T;
const verify = createVerify();

/** `{"$bytes": hex}` and `{"$int": decimal}` in vectors. */
function valueOf(json: JsonValue): CborValue {
  if (Array.isArray(json)) return json.map(valueOf);
  if (json === null || typeof json !== 'object') return json;
  if (typeof json.$bytes === 'string') return fromHex(json.$bytes);
  if (typeof json.$int === 'string') return BigInt(json.$int);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueOf(value)]));
}

describe('ids', () => {
  interface Ids {
    keys: Array<{ seed: string; publicKey: string; providerId: string; peerId: string }>;
    toolIds: Array<{ parts: ToolId; text: string }>;
    notProviderIds: string[];
    notPeerIds: string[];
    notToolIds: string[];
  }
  const ids = load<Ids>('ids');

  test.each(ids.keys)('of key $publicKey', ({ seed, publicKey, providerId, peerId }) => {
    expect(toHex(createSigner(fromHex(seed)).publicKey)).toBe(publicKey);
    expect(providerIdOf(fromHex(publicKey))).toBe(providerId);
    expect(peerIdOf(fromHex(publicKey))).toBe(peerId);
    expect(toHex(providerKeyOf(providerId))).toBe(publicKey);
    expect(toHex(peerKeyOf(peerId))).toBe(publicKey);
  });
  test.each(ids.toolIds)('$text', ({ parts, text }) => {
    expect(formatToolId(parts)).toBe(text);
    expect(parseToolId(text)).toEqual(parts);
  });
  test('what is none', () => {
    expect(ids.notProviderIds.filter(isProviderId)).toEqual([]);
    expect(ids.notPeerIds.filter(isPeerId)).toEqual([]);
    expect(ids.notToolIds.filter(parseToolId)).toEqual([]);
  });
});

describe('cbor', () => {
  const cbor = load<{
    valid: Array<{ value: JsonValue; hex: string }>;
    invalid: Array<{ hex: string; why: string }>;
  }>('cbor');
  test.each(cbor.valid)('$hex', ({ value, hex }) => {
    expect(toHex(encodeCbor(valueOf(value)))).toBe(hex);
    expect(decodeCbor(fromHex(hex))).toEqual(valueOf(value));
  });
  test.each(cbor.invalid)('refuses $hex: $why', ({ hex }) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(expect.objectContaining({ code: 'kernel.malformed' }));
  });
});

describe('jcs', () => {
  const jcs = load<{ valid: Array<{ json: string; canonical: string; sha256: string }>; invalid: string[] }>(
    'jcs',
  );
  test.each(jcs.valid)('$canonical', ({ json, canonical, sha256 }) => {
    const bytes = jcsBytes(JSON.parse(json) as JsonValue);
    expect(bytes).toEqual(utf8(canonical));
    expect(toHex(sha256Bytes(bytes))).toBe(sha256);
  });
  test.each(jcs.invalid)('refuses %s', (json) => {
    expect(() => jcsBytes(JSON.parse(json) as JsonValue)).toThrow();
  });
});

describe('ed25519', () => {
  interface Case {
    why: string;
    publicKey: string;
    message: string;
    signature: string;
    valid: boolean;
  }
  test.each(load<{ cases: Case[] }>('ed25519').cases)('$why: $valid', (item) => {
    const [key, signature, message] = [item.publicKey, item.signature, item.message].map(fromHex) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(verify(key, signature, message)).toBe(item.valid);
    expect(verifyEd25519(key, signature, message)).toBe(item.valid);
  });
});

describe('envelopes', () => {
  interface Valid {
    seed: string;
    type: string;
    payload: JsonValue;
    payloadHex: string;
    signedHex: string;
    signature: string;
    envelope: string;
  }
  interface Invalid {
    expectedType: string;
    envelope: string;
    code: string;
    why: string;
  }
  const envelopes = load<{ valid: Valid[]; invalid: Invalid[] }>('envelopes');
  test.each(envelopes.valid)(
    '$type',
    ({ seed, type, payload, payloadHex, signedHex, signature, envelope }) => {
      const sealed = seal(type, valueOf(payload), createSigner(fromHex(seed)));
      expect(toHex(sealed.payload)).toBe(payloadHex);
      expect(toHex(signedMessage(type, sealed.payload))).toBe(signedHex);
      expect(toHex(sealed.signature)).toBe(signature);
      expect(toHex(sealed.bytes)).toBe(envelope);
      expect(open(fromHex(envelope), type, verify).value).toEqual(valueOf(payload));
    },
  );
  test.each(envelopes.invalid)('refuses: $why', ({ expectedType, envelope, code }) => {
    expect(() => open(fromHex(envelope), expectedType, verify)).toThrow(expect.objectContaining({ code }));
  });
});

describe('identity', () => {
  interface Dated {
    now: number;
    bytes: string;
  }
  interface Refused extends Dated {
    why: string;
    fault: string;
  }
  interface Identity {
    phrases: Array<{ entropy: string; words: string; rootSeed: string; providerId: string }>;
    badPhrases: string[];
    certificates: {
      valid: Array<Dated & { providerId: string; peerId: string; rotatedFrom: string[] }>;
      invalid: Refused[];
    };
    rotations: { valid: Array<Dated & { from: string; to: string }>; invalid: Refused[] };
  }
  const identity = load<Identity>('identity');

  test.each(identity.phrases)('$words', ({ entropy, words, rootSeed, providerId }) => {
    expect(phraseOf(fromHex(entropy)).join(' ')).toBe(words);
    expect(toHex(entropyOfPhrase([words]))).toBe(entropy);
    expect(toHex(rootSeedOf(fromHex(entropy)))).toBe(rootSeed);
    expect(providerIdOf(createSigner(fromHex(rootSeed)).publicKey)).toBe(providerId);
  });
  test.each(identity.badPhrases)('refuses %s', (words) => {
    expect(() => entropyOfPhrase([words])).toThrow();
  });
  test.each(identity.certificates.valid)(
    'certificate of $peerId',
    ({ now, bytes, rotatedFrom, ...facts }) => {
      const result = verifyCertificate(fromHex(bytes), { now, verify });
      expect(result).toMatchObject({ ok: true, value: facts });
      if (result.ok) expect(result.value.rotations.map((rotation) => rotation.from)).toEqual(rotatedFrom);
    },
  );
  test.each(identity.certificates.invalid)('refuses a certificate: $why', ({ now, bytes, fault }) => {
    expect(verifyCertificate(fromHex(bytes), { now, verify })).toEqual({ ok: false, reason: fault });
  });
  test.each(identity.rotations.valid)('rotation of $from', ({ now, bytes, ...facts }) => {
    expect(verifyRotation(fromHex(bytes), { now, verify })).toMatchObject({ ok: true, value: facts });
  });
  test.each(identity.rotations.invalid)('refuses a rotation: $why', ({ now, bytes, fault }) => {
    expect(verifyRotation(fromHex(bytes), { now, verify })).toEqual({ ok: false, reason: fault });
  });
});

describe('fingerprints', () => {
  test.each(load<{ tools: Array<{ tool: Tool; fingerprint: string }> }>('fingerprints').tools)(
    '$fingerprint',
    ({ tool, fingerprint }) => expect(fingerprintOf(tool)).toBe(fingerprint),
  );
});
