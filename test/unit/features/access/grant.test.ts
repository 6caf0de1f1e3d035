import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import {
  covers,
  type Grant,
  GRANT_TYPE,
  type GrantState,
  MAX_GRANT_MS,
  readGrant,
  sealGrant,
} from '#shared/features/access/grant.ts';
import { open } from '#shared/kernel/envelope.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';

const node = createSigner(new Uint8Array(32).fill(7));
const other = createSigner(new Uint8Array(32).fill(8));
const to = providerIdOf(other.publicKey);
const issuer = {
  providerId: providerIdOf(node.publicKey),
  peerId: peerIdOf(node.publicKey),
  nodePublicKey: node.publicKey,
};
const certified = () => issuer;
const verify = createVerify();
const grant: Grant = {
  cert: new Uint8Array([1]),
  to,
  server: 'files',
  tools: ['read'],
  calls: 3,
  iat: 1_000_000,
  exp: 2_000_000,
  nonce: new Uint8Array(16),
};
const read = (bytes: Uint8Array) => readGrant(open(bytes, GRANT_TYPE, verify), certified);

describe('a signed grant', () => {
  it('says what was granted, fields of later versions included', () => {
    const later = { ...grant, depth: 2 } as Grant;
    expect(read(sealGrant(later, node).bytes)).toMatchObject({ grant: { ...grant, depth: 2 }, issuer });
  });

  it('is worth nothing once a byte of it is another', () => {
    const { bytes } = sealGrant(grant, node);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = bytes.slice();
        altered[at] = (altered[at] as number) ^ flip;
        expect(() => read(altered)).toThrow();
      }),
    );
  });

  it('is refused where another key signed it, or where it lasts too long', () => {
    const bad = expect.objectContaining({ code: 'access.bad_grant' });
    expect(() => read(sealGrant(grant, other).bytes)).toThrow(bad);
    expect(() => read(sealGrant({ ...grant, exp: grant.iat + MAX_GRANT_MS + 1 }, node).bytes)).toThrow(bad);
    expect(() => read(sealGrant({ ...grant, to: 'somebody' }, node).bytes)).toThrow(bad);
  });
});

describe('what a grant covers', () => {
  const state: GrantState = { grant, used: 0 };
  const call = { provider: to, server: 'files', tool: 'read' };

  it('is this provider, this server, these tools, now, so many times, until it is revoked', () => {
    const reason = (change: Partial<GrantState>, about: Partial<typeof call> = {}, now = 1_500_000) => {
      const covered = covers({ ...state, ...change }, { ...call, ...about }, now);
      return covered.ok ? 'ok' : covered.reason;
    };
    expect(reason({})).toBe('ok');
    expect(reason({}, { provider: issuer.providerId })).toBe('access.no_grant');
    expect(reason({}, { server: 'other' })).toBe('access.no_grant');
    expect(reason({}, { tool: 'write' })).toBe('access.no_grant');
    expect(reason({ used: 3 })).toBe('access.grant_spent');
    expect(reason({ revokedAt: 1 })).toBe('access.grant_revoked');
    expect(reason({}, {}, 2_000_000)).toBe('access.grant_expired');
    // A clock an hour behind is told so; ten minutes are forgiven.
    expect(reason({}, {}, grant.iat - 3_600_000)).toBe('access.grant_expired');
    expect(reason({}, {}, grant.iat - 60_000)).toBe('ok');
  });

  it('never grows with time, use or revocation', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(3_000_000), fc.boolean(), (used, now, revoked) => {
        const worse = { ...state, used: used + 1, ...(revoked ? { revokedAt: 1 } : {}) };
        if (covers(worse, call, now + 1).ok) expect(covers({ ...state, used }, call, now + 1).ok).toBe(true);
      }),
    );
  });
});
