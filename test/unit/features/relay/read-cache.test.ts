import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { createReadCache } from '#main/features/relay/cache/read-cache.ts';
import type { Fetched } from '#main/features/relay/cache/result-cache.ts';
import { MAX_TTL_MS } from '#shared/features/access/caching.ts';
import { plainUri } from '#shared/features/relay/read-hints.ts';
import { hintsOf } from '#shared/features/servers/hints.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';

function setUp(hints: JsonObject = { ttlMs: 1_000 }) {
  let now = 0;
  const cache = createReadCache({ clock: { monotonic: () => now } });
  let made = 0;
  const fetch = vi.fn<() => Promise<Fetched>>(async () => ({ result: { n: ++made, ...hints }, bytes: 10 }));
  const read = (profile = 'work', uri = 'file:///a', server = 'files') =>
    cache.read(
      {
        server,
        uri,
        era: 'modern',
        identity: { principal: 'local', profile },
        signal: new AbortController().signal,
      },
      fetch,
    );
  return { cache, fetch, later: (ms: number) => void (now += ms), read };
}

it('what holds is given again with the time that is left, and read anew after it', async () => {
  const { cache, later, read } = setUp();
  expect(await read()).toEqual({ result: { n: 1, ttlMs: 1_000 }, from: 'server' });
  later(400);
  expect(await read()).toEqual({ result: { n: 1, ttlMs: 600 }, from: 'cache' });
  later(600);
  expect(await read()).toMatchObject({ result: { n: 2 }, from: 'server' });
  expect(cache.state()).toMatchObject({ entries: 1, hits: 1, misses: 2, bytes: 10 });
});

it('what is private is its reader’s own, what is public is everybody’s', async () => {
  const own = setUp({ ttlMs: 1_000, cacheScope: 'private' });
  await own.read('work');
  expect(await own.read('home')).toMatchObject({ from: 'server' });
  const common = setUp({ ttlMs: 1_000, cacheScope: 'public' });
  await common.read('work');
  expect(await common.read('home')).toMatchObject({ from: 'cache' });
});

it.each([-1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '1000', null, undefined])(
  'a time of %s keeps nothing, and nobody shares it',
  async (ttlMs) => {
    const { cache, fetch, read } = setUp({ ttlMs: ttlMs as JsonValue });
    await Promise.all([read(), read()]);
    await read();
    expect(fetch).toHaveBeenCalledTimes(3);
    expect(cache.state().entries).toBe(0);
  },
);

it('equal reads at the same time are one, and only of one reader', async () => {
  const { cache, fetch, read } = setUp({ ttlMs: 1_000, cacheScope: 'public' });
  await Promise.all([read(), read(), read('home')]);
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(cache.state().joined).toBe(1);
});

it('news put out what they concern, and what was on its way when they came', async () => {
  const { cache, read } = setUp();
  await read('work', 'file:///a');
  await read('work', 'file:///b');
  cache.forget('files', 'file:///a');
  expect(await read('work', 'file:///b')).toMatchObject({ from: 'cache' });
  const late = read('work', 'file:///a');
  cache.forget('files');
  await late;
  expect(cache.state().entries).toBe(0);
});

it('no more is kept than fits', async () => {
  const { cache, read } = setUp();
  for (let index = 0; index < 1_010; index++) await read('work', `file:///${index}`);
  expect(cache.state()).toMatchObject({ entries: 1_000, bytes: 10_000 });
});

it('a read that asks for more than a resource, or for a fresh one, is no plain read', () => {
  expect(plainUri({ uri: 'a', _meta: { progressToken: 1 } })).toBe('a');
  expect(plainUri({ uri: 'a', inputResponses: {} })).toBeUndefined();
  expect(plainUri({ uri: 'a', _meta: { 'io.toolswarm/cache': 'bypass' } })).toBeUndefined();
  expect(plainUri({})).toBeUndefined();
});

it('whatever a server says, it is kept for a day at most', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.anything()), fc.anything(), (ttlMs, cacheScope) => {
      const hints = hintsOf({ ttlMs: ttlMs as JsonValue, cacheScope: cacheScope as JsonValue });
      expect(Number.isSafeInteger(hints.ttlMs)).toBe(true);
      expect(hints.ttlMs).toBeGreaterThanOrEqual(0);
      expect(hints.ttlMs).toBeLessThanOrEqual(MAX_TTL_MS);
      expect(hints.scope === 'public').toBe(cacheScope === 'public');
    }),
  );
});
