/**
 * How much goes on: counts of calls by minute and for the moment, in memory of a fixed size.
 *
 *     const metrics = createMetrics({ clock });
 *     metrics.noteCall({ direction: 'local', failed: false, durationMs: 12, bytesIn: 0, bytesOut: 0 });
 *     metrics.traffic().minutes.at(-1)?.local;     // 1
 *
 * Who used what is a matter of its own: sums by day, in the store for as long as the operator says.
 *
 *     const usage = createUsage({ clock, db, log }, { keepDays: () => 400 });
 *     usage.query({ by: 'provider', days: 30, limit: 100 }).items;
 *
 * Invariants: of what `Metrics` counts nothing is written to disk, and nothing says who called what; a node that ran for a
 * year holds as much as one that ran for an hour. Usage holds names and sums, never what was said, and strangers cannot
 * fill it with names.
 */
export { type Bottlenecks, createBottlenecks } from './evidence.ts';
export { createMetrics, createMetricsHandlers, type Metrics } from './metrics.ts';
export { createSpanExporter, type ExportedSpan, type SpanExporter } from './otlp.ts';
export { createUsageHandlers, namedUsage } from './usage/handlers.ts';
export { metricsMigrations } from './usage/migrations.ts';
export { createUsage, type Usage } from './usage/usage.ts';
export type { CallOutcome } from './series.ts';
