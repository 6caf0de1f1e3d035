/** Calls that come when they come, whether earlier ones have been answered or not: what overloads is demand, not patience. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '#shared/kernel/errors.ts';
import type { LightConsumer } from '../support/light-consumer.ts';

const TICK_MS = 5;

export interface Stream {
  consumer: LightConsumer;
  /** Calls a second. */
  rate: number;
}

export interface Sent {
  /** Calls made. */
  made: number;
  /** Answered while the load lasted, within the time that the call had. */
  answered: number;
  /** Milliseconds of each call that was answered, whenever that was. */
  latencies: number[];
  refused: Map<string, number>;
}

export interface Traffic {
  /** One for each stream. */
  sent: Sent[];
  seconds: number;
  /** Resolves when the last call has ended. */
  settled: Promise<unknown>;
}

/** Makes the calls of all streams for so long; resolves when no more are made, while late ones may still be under way. */
export async function send(
  streams: readonly Stream[],
  { durationMs, timeLeftMs }: { durationMs: number; timeLeftMs?: number },
): Promise<Traffic> {
  const begun = performance.now();
  const underWay = new Set<Promise<void>>();
  const sent = streams.map((): Sent => ({ made: 0, answered: 0, latencies: [], refused: new Map() }));
  let isOver = false;

  async function one({ call }: LightConsumer, of: Sent): Promise<void> {
    const at = performance.now();
    try {
      await call(timeLeftMs);
      const took = performance.now() - at;
      of.latencies.push(took);
      if (!isOver && took <= (timeLeftMs ?? took)) of.answered++;
    } catch (error) {
      const code = error instanceof AppError ? error.code : String(error);
      of.refused.set(code, (of.refused.get(code) ?? 0) + 1);
    }
  }

  for (let passed = 0; passed < durationMs; passed = performance.now() - begun) {
    streams.forEach(({ consumer, rate }, index) => {
      const of = sent[index] as Sent;
      for (; of.made < (passed * rate) / 1000; of.made++) {
        const call = one(consumer, of).finally(() => underWay.delete(call));
        underWay.add(call);
      }
    });
    await pause(TICK_MS);
  }
  isOver = true;
  return { sent, seconds: (performance.now() - begun) / 1000, settled: Promise.all(underWay) };
}
