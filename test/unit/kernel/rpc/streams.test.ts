import { describe, expect, it } from 'vitest';
import { STREAM_CREDIT, createChannelPair, createClient, serve } from '#shared/kernel/rpc/index.ts';
import { VERSION, createTestHandlers, createTestLink, settle, testContract } from './support.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('streams over a channel', () => {
  it('deliver all items in order and end', async () => {
    const { client, observed } = createTestLink();
    const items = await collect(client['count.up']({ to: 500 }));
    expect(items.map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(observed.returned).toBe(1);
  });

  it('end with the handler’s error after the items before it', async () => {
    const { client } = createTestLink();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of client['fail.midway']({})) seen.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'test.midway' });
    expect(seen).toEqual([1, 2]);
  });

  it('never let the sender run ahead of a slow reader by more than the credit', async () => {
    const { client, observed } = createTestLink();
    const reader = client['count.up']({ to: 10_000 })[Symbol.asyncIterator]();
    for (let taken = 1; taken <= 200; taken += 1) {
      await reader.next();
      await settle();
      expect(observed.produced - taken).toBeLessThanOrEqual(STREAM_CREDIT);
    }
    await reader.return?.();
  });

  it('wait for a channel that is not writable', async () => {
    const [here, there] = createChannelPair({ highWaterMark: 1, defer: (deliver) => setImmediate(deliver) });
    const { handlers } = createTestHandlers();
    let most = 0;
    let underway = 0;
    const counted = {
      ...there,
      get writable() {
        return there.writable;
      },
      send(message: string) {
        underway += 1;
        most = Math.max(most, underway);
        setImmediate(() => {
          underway -= 1;
        });
        there.send(message);
      },
    };
    serve(testContract, handlers, counted, { version: VERSION });
    const client = createClient(testContract, here, { version: VERSION });
    expect(await collect(client['count.up']({ to: 100 }))).toHaveLength(100);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('tell the handler when the reader leaves early', async () => {
    const { client, observed } = createTestLink();
    for await (const { n } of client['count.up']({ to: 1_000 })) if (n === 3) break;
    await settle();
    expect(observed.returned).toBe(1);
    expect(observed.produced).toBeLessThanOrEqual(4 + STREAM_CREDIT);
  });

  it('end at once for a reader that leaves while waiting, even where the handler never yields', async () => {
    const { client, observed } = createTestLink();
    const reader = client['silent.stream']({})[Symbol.asyncIterator]();
    const waiting = reader.next();
    await settle();
    await reader.return?.();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    await settle();
    expect(observed.aborted).toEqual(['silent:contract.cancelled']);
  });

  it('fail with contract.cancelled when their signal aborts', async () => {
    const { client, observed } = createTestLink();
    const controller = new AbortController();
    const reading = collect(client['silent.stream']({}, { signal: controller.signal }));
    await settle();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'contract.cancelled' });
    await settle();
    expect(observed.aborted).toEqual(['silent:contract.cancelled']);
  });

  it('open anew for each iteration', async () => {
    const { client } = createTestLink();
    const items = client['count.up']({ to: 3 });
    expect(await collect(items)).toEqual(await collect(items));
  });
});
