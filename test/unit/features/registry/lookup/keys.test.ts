import { describe, expect, it } from 'vitest';
import {
  capabilityKey,
  keysOf,
  packageKey,
  providerKey,
  shardOf,
  SHARDS,
} from '#main/features/registry/lookup/keys.ts';
import { createBuckets } from '#main/features/registry/lookup/buckets.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { createManualClock } from '#test/support/clock.ts';

describe('keys of the index', () => {
  it('spread nodes evenly over the shards', () => {
    const counts = Array.from({ length: SHARDS }, () => 0);
    for (let n = 0; n < 16_000; n++) counts[shardOf(`12D3Koo${n}`)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  it('differ by kind, word and shard', () => {
    const keys = [
      capabilityKey('file', 0),
      capabilityKey('file', 1),
      capabilityKey('fil', 0),
      providerKey('file'),
      packageKey('file'),
    ].map(toHex);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of a node stand in its own shard', () => {
    const peerId = '12D3KooWExample';
    const keys = keysOf({ peerId, provider: 'z6Mk', capabilities: ['file', 'disk'], package: 'ab' });
    const shard = shardOf(peerId);
    expect(keys).toEqual([
      providerKey('z6Mk'),
      packageKey('ab'),
      capabilityKey('file', shard),
      capabilityKey('disk', shard),
    ]);
  });
});

describe('allowances of those who ask', () => {
  it('grow back with time, each peer’s and that of all together', () => {
    const clock = createManualClock();
    const may = createBuckets(clock, { burst: 2, perSecond: 1 }, { burst: 5, perSecond: 1 });
    const ask = (peer: string, times: number) => Array.from({ length: times }, () => may(peer));
    expect(ask('a', 3)).toEqual([true, true, false]);
    expect(ask('b', 3)).toEqual([true, true, false]);
    // One was left for all.
    expect(ask('c', 2)).toEqual([true, false]);
    clock.advance(2000);
    expect(ask('a', 3)).toEqual([true, true, false]);
    expect(ask('d', 1)).toEqual([false]);
  });
});
