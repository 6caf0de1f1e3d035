import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encode } from 'uqr';
import {
  codeIn,
  invitationLink,
  readInvitation,
  shortInvitationLink,
} from '#shared/features/p2p/invitation.ts';
import { networkIdOf } from '#shared/features/p2p/networks.ts';
import { readShortCode, SHORT_LINK, shortLinkOf } from '#shared/features/p2p/short-code.ts';
import { inviter, verify } from '#test/support/invitations.ts';

const anna = inviter();
const codeOf = (link: string) => link.slice(SHORT_LINK.length - 1);

it('is the same invitation in capitals, small enough for a camera', () => {
  const network = { name: 'Workshop', key: crypto.getRandomValues(new Uint8Array(32)) };
  const code = anna.write({ secret: crypto.getRandomValues(new Uint8Array(16)), network });
  const short = shortInvitationLink(code);
  expect(short).toMatch(/^TOOLSWARM:\/\/JOIN\/:[0-9A-Z$*+:-]+$/);
  expect(short.length).toBeLessThan(0.8 * invitationLink(code).length);
  expect(encode(short, { ecc: 'M' }).version).toBeLessThanOrEqual(16);
  expect(codeIn(short)).toBe(code);
  expect(codeIn(`  ${short.slice(0, 70)}\n${short.slice(70)}`)).toBe(code);
  expect(readInvitation(short, { now: anna.issuedAt + 1, verify }).network).toEqual(network);
});

it('gives back whatever bytes it was made of', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(readShortCode(codeOf(shortLinkOf(bytes)))).toEqual(bytes);
    }),
  );
  const repeats = new Uint8Array(3000).fill(7);
  expect(readShortCode(codeOf(shortLinkOf(repeats)))).toEqual(repeats);
});

it('refuses what is cut off, altered or too large, and never hangs', () => {
  const whole = codeOf(shortLinkOf(new TextEncoder().encode(anna.write())));
  fc.assert(
    fc.property(fc.nat(whole.length), fc.string({ maxLength: 4 }), (at, noise) => {
      try {
        expect(readShortCode(whole.slice(0, at) + noise).length).toBeLessThanOrEqual(12 * 1024 + 200);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('kernel.malformed');
      }
    }),
  );
});

it('names a network by what tells nothing of its key', () => {
  const key = new Uint8Array(32).fill(9);
  expect(networkIdOf(key)).toMatch(/^[0-9a-f]{16}$/);
  expect(networkIdOf(key)).not.toBe(networkIdOf(new Uint8Array(32).fill(8)));
});
