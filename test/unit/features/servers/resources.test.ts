import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeMemory, spentBetween } from '#shared/features/servers/resources.ts';

const MIB = 1 << 20;
const sample = (cpuMs: number, memoryBytes = 0, at = 0) => ({ cpuMs, memoryBytes, at });

describe('processor time between two looks', () => {
  it('is never negative, and at the first look all that was used so far', () => {
    expect(spentBetween(sample(100), sample(250))).toBe(150);
    expect(spentBetween(undefined, sample(250))).toBe(250);
    expect(spentBetween(sample(100), sample(40))).toBe(0);
  });
});

describe('memory', () => {
  it('is too much at the second look in a row, not at a peak', () => {
    const first = judgeMemory(0, sample(0, 65 * MIB), 64);
    expect(first).toEqual({ looks: 1, isTooMuch: false });
    expect(judgeMemory(first.looks, sample(0, 65 * MIB), 64).isTooMuch).toBe(true);
    expect(judgeMemory(first.looks, sample(0, 64 * MIB), 64)).toEqual({ looks: 0, isTooMuch: false });
  });

  it('is never too much where nothing limits it, nor within what does', () => {
    fc.assert(
      fc.property(
        fc.nat(10),
        fc.nat(1 << 30),
        fc.option(fc.integer({ min: 8, max: 1024 })),
        (looks, bytes, mib) => {
          const { isTooMuch } = judgeMemory(looks, sample(0, bytes), mib ?? undefined);
          if (mib === null || bytes <= mib * MIB) expect(isTooMuch).toBe(false);
        },
      ),
    );
  });
});
