import { describe, expect, it } from 'vitest';
import { createAnnouncer, MAX_KEYS } from '#main/features/registry/lookup/announcer.ts';
import type { Network, NetworkEvents } from '#main/features/p2p/index.ts';
import { silentLog } from '#main/platform/log.ts';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

/** An index that takes keys while `isThere`. */
function setUp(first: string[]) {
  const clock = createVirtualClock();
  const events = createEmitter<NetworkEvents>();
  const told: Array<{ key: string; at: number }> = [];
  const withdrawn: string[] = [];
  const index = { isThere: true, told, withdrawn, tries: 0 };
  const network = {
    on: events.on,
    provide: async (key: Uint8Array) => {
      index.tries++;
      if (!index.isThere) throw new Error('no index');
      told.push({ key: fromUtf8(key), at: clock.monotonic() });
    },
    withdraw: async (key: Uint8Array) => void withdrawn.push(fromUtf8(key)),
  } as unknown as Network;
  let wanted = first;
  const announcer = createAnnouncer(
    { network, clock, random: createSeededRandom('announcer'), log: silentLog },
    () => wanted.map((key) => ({ key: utf8(key), network: PUBLIC_NETWORK })),
  );
  return {
    clock,
    index,
    announcer,
    want(keys: string[]) {
      wanted = keys;
      announcer.refresh();
    },
    meet: () => events.emit('peerConnected', {} as NetworkEvents['peerConnected']),
    keys: () => told.map(({ key }) => key),
  };
}

const HOUR = 3_600_000;

describe('the index', () => {
  it('is told every key, with a pause between them, and nothing before the start', async () => {
    const { announcer, clock, index, keys, want } = setUp(['a', 'b', 'c']);
    want(['a', 'b', 'c']);
    await clock.advance(1000);
    expect(index.tries).toBe(0);
    const owned = announcer.start();
    await clock.advance(2000);
    expect(keys()).toEqual(['a', 'b', 'c']);
    const times = index.told.map(({ at }) => at);
    expect(Math.min(...times.slice(1).map((at, n) => at - (times[n] ?? 0)))).toBeGreaterThanOrEqual(200);
    expect(announcer.counts()).toEqual({ keys: 3, told: 3, failed: 0, leftOut: 0 });
    await owned.close();
  });

  it('is told again before it forgets, and of what is new at once', async () => {
    const { announcer, clock, keys, want } = setUp(['a']);
    const owned = announcer.start();
    await clock.advance(1000);
    want(['a', 'b']);
    await clock.advance(1000);
    expect(keys()).toEqual(['a', 'b']);
    await clock.advance(48 * HOUR);
    expect(keys().filter((key) => key === 'a').length).toBeGreaterThanOrEqual(4);
    await owned.close();
  });

  it('is told no more of what is not shared any more', async () => {
    const { announcer, clock, index, keys, want } = setUp(['a', 'b']);
    const owned = announcer.start();
    await clock.advance(1000);
    want(['b']);
    expect(index.withdrawn).toEqual(['a']);
    await clock.advance(24 * HOUR);
    expect(keys().filter((key) => key === 'a')).toHaveLength(1);
    expect(announcer.counts()).toMatchObject({ keys: 1, told: 1 });
    await owned.close();
  });

  it('that is not there is asked again, ever more seldom, and each failure counts', async () => {
    const { announcer, clock, index, keys } = setUp(['a']);
    index.isThere = false;
    const owned = announcer.start();
    await clock.advance(60_000);
    const early = index.tries;
    expect(early).toBeGreaterThan(3);
    await clock.advance(HOUR);
    expect(index.tries - early).toBeLessThan(12);
    expect(announcer.counts()).toEqual({ keys: 1, told: 0, failed: index.tries, leftOut: 0 });
    index.isThere = true;
    await clock.advance(HOUR);
    expect(keys()).toEqual(['a']);
    await owned.close();
  });

  it('is tried soon when a neighbour comes', async () => {
    const { announcer, clock, index, keys, meet } = setUp(['a']);
    index.isThere = false;
    const owned = announcer.start();
    await clock.advance(2 * HOUR);
    index.isThere = true;
    meet();
    await clock.advance(1000);
    expect(keys()).toEqual(['a']);
    await owned.close();
  });

  it('is not told more keys than it may be, and says so', async () => {
    const { announcer } = setUp(Array.from({ length: MAX_KEYS + 3 }, (_, n) => `key ${n}`));
    const owned = announcer.start();
    expect(announcer.counts()).toMatchObject({ keys: MAX_KEYS, leftOut: 3 });
    await owned.close();
  });

  it('is left alone after the end', async () => {
    const { announcer, clock, index } = setUp(['a', 'b', 'c']);
    const owned = announcer.start();
    await owned.close();
    const { tries } = index;
    await clock.advance(24 * HOUR);
    expect(index.tries).toBe(tries);
  });
});
