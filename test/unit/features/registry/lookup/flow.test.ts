import { describe, expect, it } from 'vitest';
import { createSlots, gather, shuffled, within } from '#main/features/registry/lookup/flow.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createSeededRandom } from '#test/support/random.ts';

const never = () => new Promise<never>(() => undefined);
const open = () => new AbortController().signal;

describe('places', () => {
  it('are taken in order, and never more of them than there are', async () => {
    const slots = createSlots(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        slots.run(async () => {
          most = Math.max(most, ++running);
          order.push(n);
          await Promise.resolve();
          running--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are given up by who is cancelled while waiting, and freed by who fails', async () => {
    const slots = createSlots(1);
    let fail = (_: Error) => {};
    const first = slots.run(() => new Promise((_, reject) => (fail = reject)));
    const stop = new AbortController();
    const second = slots.run(() => Promise.resolve('second'), stop.signal);
    const third = slots.run(() => Promise.resolve('third'));
    expect(slots.waiting()).toBe(2);
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    expect(await third).toBe('third');
  });
});

describe('gathering', () => {
  it('yields what is emitted, in order, then ends or throws as the work does', async () => {
    const seen: number[] = [];
    const reading = async () => {
      for await (const n of gather<number>(open(), async (emit) => {
        emit(1);
        await Promise.resolve();
        emit(2);
        throw new Error('no more');
      }))
        seen.push(n);
    };
    await expect(reading()).rejects.toThrow('no more');
    expect(seen).toEqual([1, 2]);
  });

  it('cancels the work when nobody reads any more', async () => {
    let signal: AbortSignal | undefined;
    for await (const _ of gather<number>(open(), async (emit, given) => {
      signal = given;
      emit(1);
      await never();
    }))
      break;
    expect(signal?.aborted).toBe(true);
  });
});

it('a deadline cancels the work with the code of a timeout', async () => {
  const clock = createManualClock();
  const late = within(
    clock,
    1000,
    open(),
    (signal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  );
  clock.advance(1000);
  await expect(late).rejects.toMatchObject({ code: 'p2p.timeout' });
});

it('shuffling keeps every item', () => {
  const items = Array.from({ length: 16 }, (_, n) => n);
  const mixed = shuffled(items, createSeededRandom('shuffle'));
  expect(mixed).not.toEqual(items);
  expect(mixed.toSorted((a, b) => a - b)).toEqual(items);
});
