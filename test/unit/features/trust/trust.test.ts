import { describe, expect, it } from 'vitest';
import { createTrust, trustMigrations } from '#main/features/trust/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';

const alice = providerIdOf(new Uint8Array(32).fill(1));
const peer = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA';

describe('trust', () => {
  it('knows nobody until the operator says so', () => {
    const trust = createTrust({ db: memoryDatabase(trustMigrations), clock: systemClock, log: silentLog });
    expect(trust.standing(alice)).toEqual({ tier: 'unknown', weight: 0 });
    trust.setKnown(alice, true);
    expect(trust.standing(alice)).toEqual({ tier: 'known', weight: 1 });
  });

  it('lets a block outrank a pin, and remembers both', () => {
    const db = memoryDatabase(trustMigrations);
    const trust = createTrust({ db, clock: systemClock, log: silentLog });
    const blocked: string[] = [];
    trust.on('blocked', ({ id }) => blocked.push(id));
    trust.setKnown(alice, true);
    trust.block(alice);
    trust.block(peer);
    expect(blocked).toEqual([alice, peer]);
    const again = createTrust({ db, clock: systemClock, log: silentLog });
    expect(again.standing(alice).tier).toBe('blocked');
    expect(again.isKnown(alice)).toBe(false);
    expect(again.isBlocked(undefined, peer)).toBe(true);
    again.unblock(alice);
    expect(again.isKnown(alice)).toBe(true);
  });

  it('refuses what is no identity', () => {
    const trust = createTrust({ db: memoryDatabase(trustMigrations), clock: systemClock, log: silentLog });
    expect(() => trust.block('everybody')).toThrow(expect.objectContaining({ code: 'trust.bad_id' }));
    expect(() => trust.setKnown(peer, true)).toThrow(expect.objectContaining({ code: 'ids.bad_provider' }));
  });
});
