/** On a bad line (256 kbit/s, 300 ms there and back, one packet in twenty lost) bulk never starves calls, nor calls bulk. */
import { expect } from 'vitest';
import { isNightly, simulation } from '#test/support/sim/simulation.ts';
import { runSlowLink } from '#test/support/sim/slow-link.ts';
import { MINUTE } from '#test/support/sim/world.ts';

const usual = { durationMs: (isNightly ? 120 : 10) * MINUTE, callEveryMs: 2000, callBytes: 1024 };

const bulks = [
  { transfers: 1, transferBytes: 4 << 20 },
  { transfers: 20, transferBytes: 512 << 10 },
  { transfers: 60, transferBytes: 200 << 10 },
];

for (const bulk of bulks)
  for (const bufferBytes of [16 << 10, 64 << 10, 256 << 10])
    simulation(
      `calls beside ${bulk.transfers} transfers, sockets of ${bufferBytes >> 10} KiB`,
      async (seed) => {
        const outcome = await runSlowLink({ seed, ...usual, ...bulk, bufferBytes });
        expect(outcome.succeeded / outcome.calls).toBeGreaterThanOrEqual(0.99);
        // Losses take a twentieth of the line, calls and their answers another.
        expect(outcome.bulkBytesPerSecond).toBeGreaterThan(outcome.lineBytesPerSecond * 0.6);
        expect(outcome.transfersFailed).toBe(0);
      },
    );

simulation('bulk goes on beside calls without end', async (seed) => {
  const outcome = await runSlowLink({
    ...usual,
    seed,
    transfers: 1,
    transferBytes: 1 << 20,
    callEveryMs: 20,
    callBytes: 4096,
  });
  expect(outcome.bulkBytesPerSecond).toBeGreaterThan(outcome.lineBytesPerSecond * 0.1);
});
