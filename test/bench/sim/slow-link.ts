/** Calls beside bulk on 256 kbit/s, 300 ms there and back, one packet in twenty lost. */
import { runSlowLink } from '#test/support/sim/slow-link.ts';
import { MINUTE } from '#test/support/sim/world.ts';
import { atLeast, type Figure, round, table } from '../support/report.ts';

const LOADS = [
  { name: 'none', transfers: 0, transferBytes: 0 },
  { name: '1 × 4 MiB each way', transfers: 1, transferBytes: 4 << 20 },
  { name: '20 × 512 KiB each way', transfers: 20, transferBytes: 512 << 10 },
  { name: '60 × 200 KiB each way', transfers: 60, transferBytes: 200 << 10 },
];

export async function measureSlowLink(): Promise<Figure[]> {
  const rows = [];
  let worst = 1;
  let leastBulk = 1;
  for (const load of LOADS) {
    const outcome = await runSlowLink({
      seed: 'bench',
      ...load,
      durationMs: 30 * MINUTE,
      callEveryMs: 2000,
      callBytes: 1024,
    });
    const at = (share: number) =>
      Math.round(outcome.latencies[Math.floor(outcome.latencies.length * share)] ?? 0);
    const succeeded = outcome.succeeded / outcome.calls;
    const bulk = outcome.bulkBytesPerSecond / outcome.lineBytesPerSecond;
    worst = Math.min(worst, succeeded);
    if (load.transfers > 0) leastBulk = Math.min(leastBulk, bulk);
    rows.push([
      load.name,
      outcome.calls,
      `${round(succeeded * 100)} %`,
      at(0.5),
      at(0.95),
      `${round(bulk * 100)} %`,
    ]);
  }
  console.log('Calls of 1 KiB on 256 kbit/s, 300 ms, 5 % loss\n');
  console.log(
    table(['bulk beside them', 'calls', 'succeeded', 'p50 ms', 'p95 ms', 'bulk of the line'], rows),
  );
  return [
    atLeast('sim.slow-link-calls', worst * 100, '%', 99),
    atLeast('sim.slow-link-bulk', leastBulk * 100, '% of the line', 50),
  ];
}
