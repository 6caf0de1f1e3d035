/** Who stands between two nodes has other fingerprints, and can sign for neither. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createChannel, fingerprintIn } from '#main/features/p2p/nat/channel.ts';

function keys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { seed: new Uint8Array(seed), raw: new Uint8Array(raw) };
}

const print = (byte: number) => new Uint8Array(32).fill(byte);
const [alice, bob, mallory] = [keys(), keys(), keys()];

describe('a hello over WebRTC', () => {
  const atAlice = createChannel({ own: print(1), peer: print(2) }, alice.seed, bob.raw);
  const atBob = createChannel({ own: print(2), peer: print(1) }, bob.seed, alice.raw);

  it('proves the key where both see the same connection', () => {
    expect(atBob.isProvenBy(atAlice.proof)).toBe(true);
    expect(atAlice.isProvenBy(atBob.proof)).toBe(true);
  });

  it('proves nothing through somebody who swapped the fingerprints', () => {
    // Towards each of the two, Mallory's own fingerprint stands in the place of the other's.
    const deceivedAlice = createChannel({ own: print(1), peer: print(9) }, alice.seed, bob.raw);
    const deceivedBob = createChannel({ own: print(2), peer: print(9) }, bob.seed, alice.raw);
    expect(deceivedBob.isProvenBy(deceivedAlice.proof)).toBe(false);
    const forged = createChannel({ own: print(9), peer: print(2) }, mallory.seed, bob.raw);
    expect(deceivedBob.isProvenBy(forged.proof)).toBe(false);
  });

  it('is not proven by nothing, by its own words sent back, or by those of another connection', () => {
    expect(atAlice.isProvenBy(undefined)).toBe(false);
    expect(atAlice.isProvenBy(atAlice.proof)).toBe(false);
    const later = createChannel({ own: print(3), peer: print(2) }, alice.seed, bob.raw);
    expect(later.isProvenBy(atBob.proof)).toBe(false);
  });
});

describe('a fingerprint in a session description', () => {
  const line = `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`;

  it('is read where there is exactly one', () => {
    expect(fingerprintIn(`v=0\r\n${line}\r\nm=application\r\n${line}\r\n`)).toEqual(print(0xab));
  });

  it('is not guessed where there are two or none', () => {
    expect(fingerprintIn(`${line}\r\n${line.replace('AB', 'CD')}\r\n`)).toBeUndefined();
    expect(fingerprintIn('v=0\r\n')).toBeUndefined();
  });
});
