import { expect, it } from 'vitest';
import { createPace } from '#main/features/p2p/rpc/pace.ts';

const KiB = 1024;

/** A peer behind a line: it answers a ping once everything before it has passed. */
function behindLine(bytesPerMs: number, roundTripMs: number) {
  let now = 0;
  const pace = createPace(() => now);
  const pongs: number[] = [];
  let freeAt = 0;
  let most = 0;
  let written = 0;
  let passed = 0;
  const ask = (paced: boolean) => {
    pace.asked({ paced, pressed: true });
    pongs.push(freeAt + roundTripMs);
  };
  ask(false);
  return {
    pace,
    most: () => most,
    rate: () => passed / now,
    run(untilMs: number) {
      for (; now < untilMs; now++) {
        while ((pongs[0] ?? Number.POSITIVE_INFINITY) <= now) {
          pongs.shift();
          pace.answered();
        }
        while (pace.hasRoom()) {
          const bytes = pace.turnBytes();
          freeAt = Math.max(now, freeAt) + bytes / bytesPerMs;
          written += bytes;
          if (pace.wrote(bytes)) ask(true);
        }
        if (now > 2000) most = Math.max(most, (freeAt - now) * bytesPerMs);
        passed = written - Math.max(0, freeAt - now) * bytesPerMs;
      }
    },
  };
}

it('keeps a slow line busy, and its queue short', () => {
  const line = behindLine(32, 300);
  line.run(20_000);
  expect(line.rate()).toBeGreaterThan(32 * 0.95);
  expect(line.most()).toBeLessThan(32 * 1000);
  expect(line.pace.turnBytes()).toBeLessThan(8 * KiB);
});

it('does not hold back a fast line', () => {
  const line = behindLine(100_000, 1);
  line.run(1000);
  expect(line.rate()).toBeGreaterThan(100_000 * 0.9);
  expect(line.pace.turnBytes()).toBe(60 * KiB);
});

it('fills a long fat line', () => {
  const line = behindLine(10_000, 200);
  line.run(10_000);
  expect(line.rate()).toBeGreaterThan(10_000 * 0.85);
});

it('stops bulk to a peer that never answers, and takes answers to nothing for nothing', () => {
  const pace = createPace(() => 0);
  expect(pace.answered()).toBeUndefined();
  while (pace.hasRoom()) if (pace.wrote(pace.turnBytes())) pace.asked({ paced: true, pressed: true });
  expect(pace.wrote(0)).toBe(false);
  expect(pace.hasRoom()).toBe(false);
  pace.answered();
  expect(pace.hasRoom()).toBe(true);
});
