import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PING_INTERVAL_MS } from '#main/features/p2p/rpc/link.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createLinkPair } from '#test/support/network/link-pair.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const KiB = 1024;

/** What one call of the property does. */
interface Script {
  from: 0 | 1;
  request: number;
  response: number;
  /** Sizes of messages sent to the handler and back. */
  there: number[];
  back: number[];
  outcome: 'response' | 'fault' | 'cancel';
}

const size = fc.oneof(fc.integer({ min: 0, max: 2 * KiB }), fc.integer({ min: 0, max: 200 * KiB }));
const script: fc.Arbitrary<Script> = fc.record({
  from: fc.constantFrom(0, 1),
  request: size,
  response: size,
  there: fc.array(size, { maxLength: 3 }),
  back: fc.array(size, { maxLength: 3 }),
  outcome: fc.constantFrom('response', 'response', 'response', 'fault', 'cancel'),
});

function filled(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = index * 31 + seed;
  return bytes;
}

/** As `toEqual`, which takes a minute over megabytes. */
function expectBytes(messages: Uint8Array[], sizes: number[], seed: number): void {
  expect(messages.map((message) => message.length)).toEqual(sizes);
  for (const message of messages) expect(Buffer.compare(message, filled(message.length, seed))).toBe(0);
}

describe('a link', () => {
  it('brings every call of any size to its one right end, in whatever pieces bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 12 }),
        fc.string(),
        async (scripts, seed) => {
          const clock = createVirtualClock();
          const ends = createLinkPair({
            clock,
            random: createSeededRandom(seed),
            hello: { limits: { window: 64 * KiB, calls: 100, requestBytes: 1024 * KiB } },
          });
          await clock.advance(10);
          const stop = clock.flow();
          const outcomes = scripts.map(async (step, index) => {
            const [caller, server] = step.from === 0 ? [ends[0], ends[1]] : [ends[1], ends[0]];
            const heard: Uint8Array[] = [];
            server.handlers.set(`/p/${index}/1`, async (payload, exchange) => {
              expectBytes([payload], [step.request], index);
              const got: Uint8Array[] = [];
              const all = new Promise<void>((resolve) => {
                if (step.there.length === 0) resolve();
                exchange.onMessage((message) => {
                  got.push(message);
                  if (got.length === step.there.length) resolve();
                });
              });
              for (const bytes of step.back) await exchange.send(filled(bytes, index));
              await all;
              expectBytes(got, step.there, index);
              if (step.outcome === 'fault') throw new AppError('x.no', 'No.');
              if (step.outcome === 'cancel') await new Promise(() => undefined);
              return filled(step.response, index);
            });
            const controller = new AbortController();
            const call = caller.link.call(`/p/${index}/1`, filled(step.request, index), {
              signal: controller.signal,
              onMessage: (message) => heard.push(message.slice()),
            });
            for (const bytes of step.there) await call.send(filled(bytes, index));
            if (step.outcome === 'cancel') clock.after(1000, () => controller.abort());
            const outcome = await call.response.catch((error: unknown) => error);
            if (step.outcome === 'response') expectBytes([outcome as Uint8Array], [step.response], index);
            else expect(outcome).toMatchObject({ code: step.outcome === 'fault' ? 'x.no' : 'p2p.cancelled' });
            expectBytes(heard, step.back, index);
          });
          await Promise.all(outcomes);
          stop();
          expect(ends.map(({ closed, faults }) => [closed, faults])).toEqual([
            [[], []],
            [[], []],
          ]);
          await clock.advance(100);
          const unfinished = scripts.filter(({ outcome }) => outcome === 'cancel').length;
          expect(ends[0].link.calls + ends[1].link.calls).toBe(unfinished);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('uses a feature only where both ends have it, and tells of changes while it is open', async () => {
    const clock = createVirtualClock();
    const hellos: [object, object] = [
      { features: ['feature-changes/1', 'x', 'y'] },
      { features: ['feature-changes/1', 'y', 'z'] },
    ];
    const [a, b] = createLinkPair({ clock, random: createSeededRandom('features'), hellos });
    await clock.advance(10);
    const common = () => [a.link.peer?.features, b.link.peer?.features];
    expect(common()).toEqual([
      ['feature-changes/1', 'y'],
      ['feature-changes/1', 'y'],
    ]);
    a.link.offer(['feature-changes/1', 'x']);
    b.link.offer(['feature-changes/1', 'x', 'y']);
    await clock.advance(10);
    expect(common()).toEqual([
      ['feature-changes/1', 'x'],
      ['feature-changes/1', 'x'],
    ]);
    expect([a.closed, b.closed]).toEqual([[], []]);
  });

  it('tells nothing to a peer that would not understand, and uses what it vetoed no more', async () => {
    const clock = createVirtualClock();
    const hellos: [object, object] = [{ features: ['feature-changes/1', 'y'] }, { features: ['y'] }];
    const [a, b] = createLinkPair({ clock, random: createSeededRandom('older'), hellos });
    await clock.advance(10);
    a.link.offer(['feature-changes/1']);
    await clock.advance(10);
    expect([a.link.peer?.features, b.link.peer?.features]).toEqual([[], ['y']]);
    expect([a.closed, b.closed]).toEqual([[], []]);
  });

  it('sends frames of one tick in one write', async () => {
    const clock = createVirtualClock();
    const [a, b] = createLinkPair({ clock, random: createSeededRandom('one') });
    await clock.advance(10);
    b.handlers.set('/p/1', (payload) => payload);
    a.largestWrite = 0;
    const responses = Array.from(
      { length: 10 },
      (_, index) => a.link.call('/p/1', utf8(`${index}`)).response,
    );
    await clock.advance(10);
    expect(await Promise.all(responses)).toHaveLength(10);
    expect(a.largestWrite).toBeGreaterThan(10 * 15);
  });

  it('lets small calls pass between the fragments of a large one', async () => {
    const clock = createVirtualClock();
    const [a, b] = createLinkPair({ clock, random: createSeededRandom('fair') });
    await clock.advance(10);
    b.handlers.set('/big/1', () => new Uint8Array(16 * KiB * KiB));
    b.handlers.set('/small/1', (payload) => payload);
    let bigDone = false;
    const big = a.link
      .call('/big/1', utf8(''), { maxResponseBytes: 16 * KiB * KiB })
      .response.then(() => (bigDone = true));
    await clock.advance(5);
    const small = a.link.call('/small/1', utf8('quick')).response;
    await clock.advance(10);
    expect(await small).toEqual(utf8('quick'));
    expect(bigDone).toBe(false);
    await clock.advance(2000);
    await big;
  });

  it('notices a peer that falls silent, and fails its calls', async () => {
    const clock = createVirtualClock();
    let carries = true;
    const [a, b] = createLinkPair({ clock, random: createSeededRandom('silent'), carries: () => carries });
    await clock.advance(10);
    b.handlers.set('/p/1', () => new Promise(() => undefined));
    const call = a.link.call('/p/1', utf8(''), { timeoutMs: 600_000 }).response;
    await clock.advance(10 * PING_INTERVAL_MS);
    expect(a.closed).toEqual([]);
    carries = false;
    await clock.advance(2 * PING_INTERVAL_MS + 100);
    await expect(call).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(a.closed[0]).toMatchObject({ code: 'p2p.unreachable' });
    await expect(a.link.call('/p/1', utf8('')).response).rejects.toMatchObject({ code: 'p2p.unreachable' });
  });

  it('measures the round trip', async () => {
    const clock = createVirtualClock();
    const [a] = createLinkPair({ clock, random: createSeededRandom('trip') });
    await clock.advance(20);
    expect(a.link.peer?.latencyMs).toBe(2);
  });

  it('drops a peer that says nothing', async () => {
    const clock = createVirtualClock();
    const [a] = createLinkPair({ clock, random: createSeededRandom('mute'), carries: () => false });
    await clock.advance(10_001);
    expect(a.closed[0]).toMatchObject({ code: 'p2p.no_hello' });
    expect(a.link.peer).toBeUndefined();
  });
});
