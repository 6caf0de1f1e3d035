import { describe, expect, it } from 'vitest';
import { accessMigrations, createAccess, type ShareRequest } from '#main/features/access/index.ts';
import { shareSchema } from '#shared/features/access/contract.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { providerIdOf, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';

const alice = providerIdOf(new Uint8Array(32).fill(1));
const readOnly = { name: 'get', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
const writing = { name: 'put', inputSchema: { type: 'object' } };
const request = (change: Partial<ShareRequest>): ShareRequest => ({
  server: 'store',
  audience: { kind: 'everyone' },
  confirmed: false,
  offered: [readOnly, writing],
  ...change,
});

function setUp(db = memoryDatabase(accessMigrations)) {
  const access = createAccess({
    db,
    clock: systemClock,
    log: silentLog,
    standing: () => ({ tier: 'unknown', weight: 0 }),
  });
  return { access, db };
}

describe('access', () => {
  it('asks again before a server that can change things is opened to everyone', () => {
    const { access } = setUp();
    expect(() => access.share(request({}))).toThrow(
      expect.objectContaining({ code: 'access.confirm_everyone' }),
    );
    expect(access.mayCall(alice, 'store', 'get').ok).toBe(false);
    access.share(request({ confirmed: true }));
    expect(access.mayCall(alice, 'store', 'put').ok).toBe(true);
  });

  it('does not ask where only harmless tools are shared', () => {
    const { access } = setUp();
    access.share(request({ tools: ['get'] }));
    expect(access.mayCall(alice, 'store', 'get').ok).toBe(true);
    expect(access.mayCall(alice, 'store', 'put')).toEqual({ ok: false, reason: 'access.tool_not_shared' });
  });

  it('opens to everyone without a second yes only the harmless tools that are there now', () => {
    const { access } = setUp();
    access.share(request({ offered: [readOnly] }));
    expect(access.mayCall(alice, 'store', 'get').ok).toBe(true);
    expect(access.mayCall(alice, 'store', 'put')).toEqual({ ok: false, reason: 'access.tool_not_shared' });
    access.share(request({ offered: [readOnly], confirmed: true }));
    expect(access.mayCall(alice, 'store', 'put').ok).toBe(true);
  });

  it('refuses tools that do not exist and providers that are none', () => {
    const { access } = setUp();
    expect(() => access.share(request({ tools: ['nope'] }))).toThrow(
      expect.objectContaining({ code: 'access.no_such_tool' }),
    );
    const bad = request({ audience: { kind: 'providers', providers: ['bob'] } });
    expect(() => access.share(bad)).toThrow(expect.objectContaining({ code: 'ids.bad_provider' }));
    expect(access.shares()).toEqual([]);
  });

  it('keeps shares across a restart and ends them with unshare', () => {
    const { access, db } = setUp();
    access.share(request({ audience: { kind: 'providers', providers: [alice] } }));
    const again = setUp(db).access;
    expect(again.mayCall(alice, 'store', 'put').ok).toBe(true);
    const changes: unknown[] = [];
    again.on('shareChanged', (change) => changes.push(change));
    again.unshare('store');
    expect(changes).toEqual([{ server: 'store', share: undefined }]);
    expect(setUp(db).access.mayCall(alice, 'store', 'put')).toEqual({
      ok: false,
      reason: 'access.not_shared',
    });
  });

  it('keeps everything that a share says across a restart', () => {
    const { access, db } = setUp();
    const share = access.share(
      request({
        audience: { kind: 'known' },
        listedFor: { kind: 'everyone' },
        networks: ['aaaaaaaaaaaaaaaa'],
        tools: ['get'],
        overrides: { get: { note: 'Slow', seal: 'required' } },
        delegation: { depth: 2 },
        seal: 'required',
        category: 'Tests',
      }),
    );
    // Every field that a share can have is in it, so that none is forgotten here.
    expect(Object.keys(share).sort()).toEqual(Object.keys(shareSchema.shape).sort());
    expect(setUp(db).access.shareOf('store')).toEqual(share);
  });

  it('what is said of single tools, and who may call them, lasts', () => {
    const { access, db } = setUp();
    const bob = providerIdOf(new Uint8Array(32).fill(2));
    const overrides = {
      get: { note: ' Ask before noon ', tags: ['slow', 'slow'] },
      put: { audience: { kind: 'nobody' as const } },
    };
    const audience = { kind: 'providers' as const, providers: [alice] };
    access.share(
      request({
        audience,
        overrides: { ...overrides, get: { ...overrides.get, audience } },
        category: 'Stores',
      }),
    );
    const again = setUp(db).access;
    expect(again.shareOf('store')).toMatchObject({
      category: 'Stores',
      overrides: { get: { note: 'Ask before noon', tags: ['slow'] }, put: { audience: { kind: 'nobody' } } },
    });
    expect(again.mayCall(alice, 'store', 'put')).toEqual({ ok: false, reason: 'access.tool_not_shared' });
    again.follow(alice, bob);
    expect([again.mayCall(alice, 'store', 'get').ok, again.mayCall(bob, 'store', 'get').ok]).toEqual([
      false,
      true,
    ]);
    again.rename('store', 'shop');
    expect(
      setUp(db)
        .access.shares()
        .map(({ server }) => server),
    ).toEqual(['shop']);
  });

  it('a risky tool that is narrowed needs no second yes; a name that the server does not have is refused', () => {
    const { access } = setUp();
    access.share(request({ overrides: { put: { audience: { kind: 'known' } } } }));
    expect(access.mayCall(alice, 'store', 'get').ok).toBe(true);
    expect(access.mayCall(alice, 'store', 'put')).toEqual({ ok: false, reason: 'access.not_known' });
    expect(() => access.share(request({ overrides: { gone: { note: 'x' } } }))).toThrow(
      expect.objectContaining({ code: 'access.no_such_tool' }),
    );
  });
});

describe('a network that is gone for good', () => {
  const [red, blue] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
  const everyone = (server: string, networks?: string[]) =>
    request({ server, confirmed: true, ...(networks ? { networks } : {}) });

  it('takes what was shared in it alone with it, and leaves the rest as it is, also over a restart', () => {
    const { access, db } = setUp();
    access.share(everyone('there', [red]));
    access.share(everyone('both', [red, blue]));
    access.share(everyone('openly'));
    access.share(request({ server: 'named', audience: { kind: 'providers', providers: [alice] } }));
    const told: Array<[string, readonly string[] | undefined]> = [];
    access.on('shareChanged', ({ server, share }) => told.push([server, share && (share.networks ?? ['–'])]));
    access.forgetNetwork(red);
    expect(told).toEqual([
      ['there', undefined],
      ['both', [blue]],
    ]);
    for (const { access: now } of [{ access }, setUp(db)]) {
      expect(
        now
          .shares()
          .map(({ server }) => server)
          .sort(),
      ).toEqual(['both', 'named', 'openly']);
      expect(now.maySee(alice, 'both', red).ok).toBe(false);
      expect(now.maySee(alice, 'both', blue).ok).toBe(true);
      expect(now.maySee(alice, 'openly', PUBLIC_NETWORK).ok).toBe(true);
      expect(now.maySee(alice, 'there').ok).toBe(false);
      expect(now.maySee(alice, 'named', red).ok).toBe(true);
    }
  });

  it('is noted once, and not where it is the public one alone or everyone is not meant', () => {
    const { access } = setUp();
    expect(access.share(everyone('x', [red, red])).networks).toEqual([red]);
    expect(access.share(everyone('x', [PUBLIC_NETWORK])).networks).toBeUndefined();
    expect(access.share(request({ audience: { kind: 'known' }, networks: [red] })).networks).toBeUndefined();
  });
});
