import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeFound } from '#main/features/p2p/networks/merge.ts';
import '#test/support/properties.ts';

async function* source(...peers: Array<string | Error>): AsyncIterable<string> {
  for (const peer of peers) {
    await Promise.resolve();
    if (peer instanceof Error) throw peer;
    yield peer;
  }
}
async function all(found: AsyncIterable<string>): Promise<string[]> {
  const peers: string[] = [];
  for await (const peer of found) peers.push(peer);
  return peers;
}
/** Never answers; notes that nobody listens any more. */
function silent() {
  const state = { left: false };
  const iterator: AsyncIterator<string> = {
    next: () => new Promise(() => undefined),
    async return() {
      state.left = true;
      return { done: true, value: undefined };
    },
  };
  return { state, source: { [Symbol.asyncIterator]: () => iterator } };
}

describe('answers of several networks', () => {
  it('are everybody once, whatever networks he is found in', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')), { maxLength: 4 }),
        async (lists) => {
          const found = await all(mergeFound(lists.map((peers) => source(...new Set(peers)))));
          expect(found.toSorted()).toEqual([...new Set(lists.flat())].sort());
        },
      ),
    ));

  it('come as they come: one that is silent holds up nobody, and is left at the limit', async () => {
    const never = silent();
    expect(await all(mergeFound([never.source, source('a', 'b', 'c')], 2))).toEqual(['a', 'b']);
    expect(never.state.left).toBe(true);
  });

  it('of one network that fails are those of the others; only where all fail it is a failure', async () => {
    const failure = new Error('no index');
    expect(await all(mergeFound([source(failure), source('a')]))).toEqual(['a']);
    expect(await all(mergeFound([source('b', failure), source('a')]))).toEqual(
      expect.arrayContaining(['a', 'b']),
    );
    await expect(all(mergeFound([source(failure), source(new Error('other'))]))).rejects.toBe(failure);
    await expect(all(mergeFound([source(failure)]))).rejects.toBe(failure);
  });

  it('of no network are nobody', async () => expect(await all(mergeFound([]))).toEqual([]));
});
