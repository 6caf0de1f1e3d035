import { expect, it } from 'vitest';
import { type AskingDeps, createSearchNetwork } from '#main/features/registry/lookup/asking.ts';
import type { FoundEntry } from '#main/features/registry/lookup/lookup.ts';
import { createRefusals } from '#main/features/registry/lookup/refusals.ts';
import { silentLog } from '#main/platform/log.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createSeededRandom } from '#test/support/random.ts';

const never = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    const over = () => reject(signal.reason as Error);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });

/** An index that names one node that never hands out its tools, and then goes on for ever. */
function setUp() {
  const clock = createManualClock();
  const asked: string[] = [];
  const search = createSearchNetwork({
    clock,
    random: createSeededRandom('asking'),
    log: silentLog,
    refusals: createRefusals(silentLog),
    network: { peers: () => [] } as unknown as AskingDeps['network'],
    fetcher: {} as AskingDeps['fetcher'],
    lookup: {
      async *byCapability(capability: string, { signal }: { signal: AbortSignal }) {
        asked.push(capability);
        yield { peer: 'p', record: { key: 'k', own: false } } as unknown as FoundEntry;
        await never(signal);
      },
    } as unknown as AskingDeps['lookup'],
    obtain: (_key, _peer, signal) => never(signal),
    fingerprintIn: () => undefined,
    toolsIn: () => [],
    see: () => undefined,
  });
  return { asked, clock, search };
}

it('an index that never ends does not keep a search from ending', async () => {
  const { asked, clock, search } = setUp();
  const done = (async () => {
    for await (const step of search('weather forecast', 10, new AbortController().signal))
      if (step.done) return true;
    return false;
  })();
  await expect.poll(() => asked).toHaveLength(1);
  clock.advance(30_000);
  expect(await done).toBe(true);
  expect(asked).toHaveLength(1);
});

it('a search that is left while entries are being had leaves no failure behind', async () => {
  const { asked, search } = setUp();
  const left = new AbortController();
  const steps = search('weather forecast', 10, left.signal);
  const first = steps[Symbol.asyncIterator]().next();
  await first;
  await expect.poll(() => asked).toHaveLength(1);
  left.abort(new Error('gone'));
  // A failure that nobody hears of ends the run of all tests.
  await new Promise((resolve) => setImmediate(resolve));
});
