import { beforeEach, describe, expect, it } from 'vitest';
import { accessMigrations, createGrants } from '#main/features/access/index.ts';
import { createGrantBook, MAX_HELD } from '#main/features/access/grants/grant-book.ts';
import type { Network } from '#main/features/p2p/index.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Grant, sealGrant } from '#shared/features/access/grant.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const signer = createSigner(new Uint8Array(32).fill(1));
const [self, holder] = [2, 3].map((byte) => providerIdOf(new Uint8Array(32).fill(byte))) as [string, string];
let db: ReturnType<typeof memoryDatabase>;
beforeEach(() => (db = memoryDatabase(accessMigrations)));

function setUp() {
  const clock = createVirtualClock();
  const network = { on: () => () => undefined, peers: () => [], serve: () => ({ close: () => undefined }) };
  const grants = createGrants({
    db,
    clock,
    random: createSeededRandom('grants'),
    verify: createVerify(),
    log: silentLog,
    network: network as unknown as Network,
    self: () => ({ providerId: self, signer, certificate: new Uint8Array([1]) }),
    certified: () => {
      throw new AppError('identity.bad_certificate', 'not asked in this test');
    },
    takesRequests: () => true,
  });
  return { grants };
}
const call = { provider: holder, server: 'files', tool: 'read' };

describe('a grant', () => {
  it('is not made where its holder could not take it', () => {
    const { grants } = setUp();
    const args = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`t${index}`, `{"title":"${'x'.repeat(4_000)}"}`]),
    );
    expect(() => grants.make({ to: holder, server: 'files', args, days: 1 })).toThrow(
      expect.objectContaining({ code: 'access.grant_too_large' }),
    );
    expect(grants.made()).toEqual([]);
  });

  it('ends with its server: the next of that name is another', () => {
    const { grants } = setUp();
    const made = grants.make({ to: holder, server: 'files', days: 1 });
    expect(grants.covering(call).ok).toBe(true);
    grants.endServer('files');
    expect(grants.covering(call)).toEqual({ ok: false, reason: 'access.grant_revoked' });
    expect(grants.isGood(made.id)).toBe(false);
  });

  it('follows its server to another name with what is left of it', () => {
    const { grants } = setUp();
    const made = grants.make({ to: holder, server: 'files', tools: ['read'], calls: 3, days: 1, note: 'n' });
    grants.use(made.id);
    const spent = grants.make({ to: holder, server: 'files', calls: 1, days: 1 });
    grants.use(spent.id);
    grants.renameServer('files', 'papers');
    expect(grants.covering(call).ok).toBe(false);
    const moved = grants.covering({ ...call, server: 'papers' });
    const { exp } = made.grant;
    expect(moved).toMatchObject({
      ok: true,
      value: { note: 'n', grant: { calls: 2, tools: ['read'], exp } },
    });
    expect(grants.made()).toHaveLength(3);
  });

  it('without constraints is used before one with them, and a revocation is told before what time did', () => {
    const { grants } = setUp();
    const narrow = grants.make({
      to: holder,
      server: 'files',
      args: { read: '{"required":["a"]}' },
      days: 1,
    });
    expect(grants.covering(call)).toMatchObject({ value: { id: narrow.id } });
    const wide = grants.make({ to: holder, server: 'files', days: 1 });
    expect(grants.covering(call)).toMatchObject({ value: { id: wide.id } });
    grants.revoke(wide.id);
    grants.revoke(narrow.id);
    const spent = grants.make({ to: holder, server: 'files', calls: 1, days: 1 });
    grants.use(spent.id);
    expect(grants.covering(call)).toEqual({ ok: false, reason: 'access.grant_revoked' });
  });
});

describe('grants held of others', () => {
  const grantOf = (to: string, nonce: number): Uint8Array => {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, nonce);
    const grant: Grant = { cert: new Uint8Array([1]), to, server: 'files', iat: 1, exp: 2, nonce: bytes };
    return sealGrant(grant, signer).bytes;
  };

  it('are so many and no more, whatever strangers grant: who was met longest ago goes first', () => {
    const book = createGrantBook(db);
    const issuers = Array.from({ length: 12 }, (_, byte) => peerIdOf(new Uint8Array(32).fill(byte + 1)));
    for (const [index, issuer] of issuers.entries()) {
      const grants = Array.from({ length: 64 }, (_, nonce) => grantOf(self, index * 64 + nonce));
      book.replaceHeld(
        issuer,
        holder,
        grants.map((bytes) => ({ bytes, parents: [] })),
      );
    }
    for (const held of [book.held(), createGrantBook(db).held()]) {
      expect(held).toHaveLength(MAX_HELD);
      expect(new Set(held.map(({ issuer }) => issuer))).toEqual(new Set(issuers.slice(-8)));
    }
  });
});
