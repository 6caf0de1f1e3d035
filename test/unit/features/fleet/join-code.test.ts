/** Codes that people type: slips are noticed, links carry the same, and what is proven says nothing of the secret. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '#main/platform/random.ts';
import {
  digitsOf,
  guestProof,
  hostProof,
  isProof,
  joinLink,
  newJoinCode,
  readJoinCode,
  rendezvousOf,
} from '#shared/features/fleet/join-code.ts';

const bad = expect.objectContaining({ code: 'fleet.bad_code' });

describe('a code', () => {
  it('is read however it is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom(' ', '-', '', '\n', ' – '), fc.boolean(), (between, isSmall) => {
        const code = newJoinCode(systemRandom);
        const typed = code.replaceAll('-', between).replaceAll('1', 'l').replaceAll('0', 'O');
        expect(readJoinCode(isSmall ? typed.toLowerCase() : typed)).toEqual({ text: code, addresses: [] });
      }),
    );
  });

  it('with one wrong character is noticed nearly always, and never crashes', () => {
    const code = newJoinCode(systemRandom).replaceAll('-', '');
    let noticed = 0;
    for (let at = 0; at < 16; at++) {
      const other = code.charAt(at) === 'A' ? 'B' : 'A';
      try {
        readJoinCode(code.slice(0, at) + other + code.slice(at + 1));
      } catch (error) {
        expect(error).toEqual(bad);
        noticed++;
      }
    }
    // One in 32 slips fits by chance; that secret is then known to nobody.
    expect(noticed).toBeGreaterThanOrEqual(12);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readJoinCode(`toolswarm://node/${text}`)).toThrow(bad);
      }),
    );
  });

  it('as a link brings its addresses', () => {
    const code = newJoinCode(systemRandom);
    const addresses = ['/ip4/192.0.2.7/tcp/7422/p2p/12D3KooW'];
    expect(readJoinCode(joinLink(code, addresses))).toEqual({ text: code, addresses });
  });

  it('is proven by each side in its own way, for these two nodes alone', () => {
    const [code, other] = [newJoinCode(systemRandom), newJoinCode(systemRandom)];
    const proof = guestProof(code, 'guest', 'host');
    expect(isProof(proof, guestProof(code, 'guest', 'host'))).toBe(true);
    for (const wrong of [
      hostProof(code, 'guest', 'host'),
      guestProof(code, 'guest', 'between'),
      guestProof(code, 'between', 'host'),
      guestProof(other, 'guest', 'host'),
      rendezvousOf(code),
    ])
      expect(isProof(proof, wrong)).toBe(false);
    expect(digitsOf(code, 'guest', 'host')).toMatch(/^\d{3} \d{3}$/);
    expect(digitsOf(code, 'guest', 'host')).not.toBe(digitsOf(code, 'guest', 'between'));
  });
});
