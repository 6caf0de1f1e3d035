import { describe, expect, it, vi } from 'vitest';
import { createResultCache, type Fetched } from '#main/features/relay/cache/result-cache.ts';
import type { Caching } from '#shared/features/access/caching.ts';
import { isBypassed, mayCache } from '#shared/features/relay/caching.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

const forever = new AbortController().signal;
const minute: Caching = { ttlMs: 60_000, scope: 'private' };

function setUp() {
  let now = 0;
  const cache = createResultCache({ clock: { monotonic: () => now } });
  let made = 0;
  const fetch = vi.fn<() => Promise<Fetched>>(async () => ({ result: { answer: ++made }, bytes: 10 }));
  const call = (change: Partial<Parameters<typeof cache.call>[0]> & { arguments?: JsonObject } = {}) => {
    const { arguments: args = { q: 'x' }, ...rest } = change;
    const identity = { principal: 'local', profile: 'work' };
    return cache.call(
      { toolId: 't@1#f', params: { arguments: args }, identity, caching: minute, signal: forever, ...rest },
      fetch,
    );
  };
  return { cache, call, fetch, later: (ms: number) => void (now += ms) };
}

describe('results that are kept', () => {
  it('are given again for as long as they hold, whatever the order of the arguments', async () => {
    const { call, fetch, later } = setUp();
    const first = await call({ arguments: { a: 1, b: 2 } });
    expect(first).toEqual({ result: { answer: 1 }, from: 'tool' });
    expect(await call({ arguments: { b: 2, a: 1 } })).toEqual({ result: { answer: 1 }, from: 'cache' });
    later(60_000);
    expect(await call({ arguments: { a: 1, b: 2 } })).toEqual({ result: { answer: 2 }, from: 'tool' });
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('are another tool’s, other arguments’ or another asker’s own', async () => {
    const { call, fetch } = setUp();
    await call();
    await call({ toolId: 't@1#g' });
    await call({ arguments: { q: 'y' } });
    await call({ identity: { principal: 'local', profile: 'home' } });
    await call({ identity: { principal: 'z6Mk', profile: 'work' } });
    expect(fetch).toHaveBeenCalledTimes(5);
  });

  it('are everybody’s only where the provider says so', async () => {
    const { call, fetch } = setUp();
    const caching: Caching = { ttlMs: 60_000, scope: 'public' };
    await call({ caching });
    await call({ caching, identity: { principal: 'local', profile: 'home' } });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('are never failures, questions, or larger than what one may take', async () => {
    const { call, fetch } = setUp();
    const unfit: Fetched[] = [
      { result: { isError: true }, bytes: 5 },
      { result: { resultType: 'input_required' }, bytes: 5 },
      { result: { text: 'long' }, bytes: 1 << 20 },
    ];
    for (const fetched of unfit) {
      fetch.mockImplementation(async () => fetched);
      await call();
      await call();
    }
    expect(fetch).toHaveBeenCalledTimes(6);
  });

  it('stay within bounds, the ones not used for longest going first', async () => {
    const { cache, call } = setUp();
    for (let n = 0; n < 5_200; n++) {
      await call({ arguments: { n } });
      if (n % 100 === 0) await call({ arguments: { n: 0 } });
    }
    expect(cache.state().entries).toBe(5_000);
    expect((await call({ arguments: { n: 0 } })).from).toBe('cache');
    expect((await call({ arguments: { n: 1 } })).from).toBe('tool');
    cache.clear();
    expect(cache.state()).toMatchObject({ entries: 0, bytes: 0 });
  });
});

describe('equal calls at the same time', () => {
  it('are one call', async () => {
    const { cache, call, fetch } = setUp();
    const outcomes = await Promise.all([call(), call(), call()]);
    expect(outcomes.map(({ from }) => from)).toEqual(['tool', 'cache', 'cache']);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(cache.state()).toMatchObject({ misses: 1, joined: 2 });
  });

  it('do not fail with each other', async () => {
    const { call, fetch } = setUp();
    fetch.mockRejectedValueOnce(new Error('gone'));
    const [first, second] = await Promise.allSettled([call(), call()]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: { from: 'tool' } });
  });

  it('are left by one without harm to the others', async () => {
    const { call, fetch } = setUp();
    let answer = (_fetched: Fetched): void => undefined;
    fetch.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    const leaving = new AbortController();
    const first = call();
    const second = call({ signal: leaving.signal }).catch((error: unknown) => error);
    leaving.abort(new Error('left'));
    answer({ result: { answer: 1 }, bytes: 1 });
    expect(await second).toMatchObject({ message: 'left' });
    expect(await first).toMatchObject({ from: 'tool' });
  });
});

it('keeps only what reads, where the provider says how long it holds, and gives it fresh where that is asked', () => {
  const tool = (annotations: object) =>
    ({ name: 'x', inputSchema: { type: 'object' }, annotations }) as never;
  expect(mayCache(tool({ readOnlyHint: true }), minute)).toBe(true);
  expect(mayCache(tool({ readOnlyHint: true }), undefined)).toBe(false);
  expect(mayCache(tool({ idempotentHint: true }), minute)).toBe(false);
  expect(mayCache(tool({ readOnlyHint: true, destructiveHint: true }), minute)).toBe(false);
  expect(isBypassed({ _meta: { 'io.toolswarm/cache': 'bypass' } })).toBe(true);
  expect(isBypassed({ _meta: [] })).toBe(false);
  expect(isBypassed({})).toBe(false);
});
