/**
 * How much goes on: counts of calls by minute and for the moment, in memory of a fixed size.
 *
 *     const metrics = createMetrics({ clock });
 *     metrics.noteCall({ direction: 'local', failed: false, durationMs: 12, bytesIn: 0, bytesOut: 0 });
 *     metrics.traffic().minutes.at(-1)?.local;     // 1
 *
 * Invariants: nothing is written to disk and nothing says who called what; a node that ran for a year holds as much as
 * one that ran for an hour.
 */
export { createMetrics, createMetricsHandlers, type Metrics } from './metrics.ts';
export type { CallOutcome } from './series.ts';
