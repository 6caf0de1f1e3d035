/** Chance for simulations: seeded by any text, and cheap enough to be thrown for every packet (sfc32). */
import { createHash } from 'node:crypto';
import type { Random } from '#shared/kernel/random.ts';

export interface Dice extends Random {
  /** An integer in [0, count). */
  below(count: number): number;
  pick<T>(from: readonly T[]): T;
  /** A waiting time with this mean, as between independent events. */
  exponential(mean: number): number;
  /** Dice of their own for a part of the world, whatever else is thrown meanwhile. */
  fork(name: string): Dice;
}

export function createDice(seed: string): Dice {
  const state = createHash('sha256').update(seed).digest();
  let a = state.readInt32LE(0);
  let b = state.readInt32LE(4);
  let c = state.readInt32LE(8);
  let counter = 1;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }
  for (let warm = 0; warm < 12; warm++) next();

  const float = (): number => next() / 0x1_0000_0000;
  const below = (count: number): number => Math.floor(float() * count);
  return {
    float,
    below,
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new RangeError('nothing to pick from');
      return from[below(from.length)] as T;
    },
    exponential: (mean) => -mean * Math.log(1 - float()),
    fork: (name) => createDice(`${seed}/${name}`),
  };
}
