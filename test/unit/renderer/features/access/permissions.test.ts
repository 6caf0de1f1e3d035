import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Share } from '#shared/features/access/contract.ts';
import type { MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { mayCall } from '#shared/features/access/rules.ts';
import '#test/support/properties.ts';
import {
  filterRows,
  type PermissionFacts,
  type PermissionRow,
  permissionRows,
  withoutParty,
} from '../../../../../src-renderer/features/access/permissions.ts';

const TOOLS = ['read', 'write', 'list'];
const share = (part: Partial<Share> = {}): Share => ({
  server: 'files',
  audience: { kind: 'known' },
  sharedAt: 1,
  ...part,
});
const grant = (part: Partial<MadeGrantView> = {}): MadeGrantView => ({
  id: 'g1',
  to: 'boris',
  server: 'files',
  note: '',
  issuedAt: 1,
  expiresAt: 9,
  used: 0,
  state: 'active',
  ...part,
});
const facts = (part: Partial<PermissionFacts> = {}): PermissionFacts => ({
  shares: [],
  grants: [],
  offered: new Map([['files', TOOLS]]),
  uses: [],
  isKnown: (id) => id === 'anna',
  ...part,
});
const brief = (rows: readonly PermissionRow[]) =>
  rows.map(({ grant, tools, who }) => [
    grant ? 'grant' : 'share',
    who.kind === 'provider' ? who.id : who.kind,
    tools.join(' '),
  ]);

describe('permissions as rows', () => {
  it('tell each party of a share with the tools that it may call', () => {
    const shares = [
      share({
        overrides: {
          write: { audience: { kind: 'providers', providers: ['anna'] } },
          list: { audience: { kind: 'nobody' } },
        },
      }),
    ];
    expect(brief(permissionRows(facts({ shares }), false))).toEqual([
      ['share', 'known', 'read'],
      ['share', 'anna', 'write'],
    ]);
    const named = [share({ audience: { kind: 'providers', providers: ['anna', 'boris'] } })];
    expect(brief(permissionRows(facts({ shares: named }), false))).toEqual([
      ['share', 'anna', 'read write list'],
      ['share', 'boris', 'read write list'],
    ]);
  });

  it('tell grants that hold, without the tools that they cannot open, and those without effect', () => {
    const shares = [
      share({ audience: { kind: 'grants' }, overrides: { list: { audience: { kind: 'nobody' } } } }),
    ];
    const grants = [grant(), grant({ id: 'g2', state: 'revoked' }), grant({ id: 'g3', server: 'mail' })];
    const rows = permissionRows(facts({ shares, grants }), false);
    expect(brief(rows)).toEqual([
      ['grant', 'boris', 'read write'],
      ['grant', 'boris', ''],
    ]);
    expect(rows.map(({ idle }) => idle)).toEqual([false, true]);
  });

  it('say that nobody holds a grant for what is for holders of grants', () => {
    const shares = [share({ audience: { kind: 'grants' } })];
    expect(brief(permissionRows(facts({ shares }), false))).toEqual([
      ['share', 'nobodyYet', 'read write list'],
    ]);
  });

  it('can stand for one tool each', () => {
    const rows = permissionRows(facts({ shares: [share()] }), true);
    expect(brief(rows)).toEqual(TOOLS.map((tool) => ['share', 'known', tool]));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
  });

  it('know who called last', () => {
    const uses = [
      { server: 'files', tool: 'read', providerId: 'stranger', at: 9, calls: 1 },
      { server: 'files', tool: 'read', providerId: 'anna', at: 5, calls: 1 },
      { server: 'files', tool: 'write', providerId: 'anna', at: 7, calls: 1 },
      { server: 'mail', tool: 'read', providerId: 'anna', at: 8, calls: 1 },
    ];
    const [known] = permissionRows(facts({ shares: [share()], uses }), false);
    expect(known?.lastUse).toMatchObject({ at: 7, providerId: 'anna' });
    const [read] = permissionRows(facts({ shares: [share()], uses }), true);
    expect(read?.lastUse).toMatchObject({ at: 5, providerId: 'anna' });
    const [everyone] = permissionRows(
      facts({ shares: [share({ audience: { kind: 'everyone' } })], uses }),
      false,
    );
    expect(everyone?.lastUse).toMatchObject({ at: 9, providerId: 'stranger' });
  });

  it('are found by words of party, server, tool and note', () => {
    const rows = permissionRows(
      facts({ shares: [share()], grants: [grant({ note: 'for the trial', tools: ['list'] })] }),
      false,
    );
    const nameOf = (who: PermissionRow['who']) => (who.kind === 'provider' ? 'Борис' : 'Providers you know');
    expect(filterRows(rows, '', nameOf)).toHaveLength(2);
    expect(brief(filterRows(rows, 'борис trial', nameOf))).toEqual([['grant', 'boris', 'list']]);
    expect(brief(filterRows(rows, 'WRITE files', nameOf))).toEqual([['share', 'known', 'read write list']]);
    expect(filterRows(rows, 'nothing like it', nameOf)).toEqual([]);
  });
});

describe('the end of an access', () => {
  const stop = (from: Share, row: number, scope: { tool: boolean; hasGrants: boolean }) => {
    const found = permissionRows(facts({ shares: [from] }), scope.tool)[row];
    if (!found) throw new Error('no such row');
    return withoutParty(from, found, scope);
  };
  const whole = { tool: false, hasGrants: false };

  it('takes one provider out of those who are named, and ends the sharing with the last of them', () => {
    const two = share({ audience: { kind: 'providers', providers: ['anna', 'boris'] } });
    const left = stop(two, 0, whole);
    expect(left?.audience).toEqual({ kind: 'providers', providers: ['boris'] });
    expect(stop(left as Share, 0, whole)).toBeUndefined();
    expect(stop(left as Share, 0, { tool: false, hasGrants: true })?.audience).toEqual({ kind: 'grants' });
  });

  it('closes one tool to one provider, or to all where they are not named', () => {
    const two = share({ audience: { kind: 'providers', providers: ['anna', 'boris'] } });
    expect(stop(two, 0, { tool: true, hasGrants: false })?.overrides).toEqual({
      read: { audience: { kind: 'providers', providers: ['boris'] } },
    });
    expect(stop(share(), 1, { tool: true, hasGrants: false })?.overrides).toEqual({
      write: { audience: { kind: 'nobody' } },
    });
  });

  it('never lets anybody in, and shuts the party out', () => {
    const PARTIES = ['anna', 'boris', 'stranger'];
    const providers = fc.subarray(PARTIES, { minLength: 1 });
    const audience = fc.oneof(
      fc.constantFrom({ kind: 'known' } as const, { kind: 'everyone' } as const),
      providers.map((named) => ({ kind: 'providers' as const, providers: named })),
    );
    const narrower = fc.oneof(audience, fc.constant({ kind: 'nobody' as const }));
    const shares = fc.record({
      audience,
      overrides: fc.dictionary(
        fc.constantFrom(...TOOLS),
        narrower.map((one) => ({ audience: one })),
      ),
    });
    const may = (from: Share | undefined, provider: string, tool: string) =>
      mayCall({ provider, blocked: false, known: provider === 'anna', share: from }, tool).ok;
    fc.assert(
      fc.property(shares, fc.nat(), fc.boolean(), (part, pick, tool) => {
        const before = share(part);
        const rows = permissionRows(facts({ shares: [before] }), tool);
        const row = rows[pick % Math.max(1, rows.length)];
        if (!row) return;
        const after = withoutParty(before, row, { tool, hasGrants: false });
        for (const provider of PARTIES)
          for (const name of TOOLS) {
            if (!may(before, provider, name)) expect(may(after, provider, name)).toBe(false);
            if (!row.tools.includes(name)) continue;
            const meant =
              row.who.kind === 'everyone' ||
              (row.who.kind === 'known' && provider === 'anna') ||
              (row.who.kind === 'provider' && row.who.id === provider);
            if (meant) expect(may(after, provider, name)).toBe(false);
          }
      }),
    );
  });
});
