/**
 * What this node counts, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
 * Numbers alone: nobody who collects them learns who called what.
 */
import type { Bottlenecks, Metrics, SpanExporter } from '../features/metrics/index.ts';
import type { Network } from '../features/p2p/index.ts';
import type { Relay } from '../features/relay/index.ts';

/** Upper bounds of durations, in seconds. */
const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface Exposed {
  metrics: Pick<Metrics, 'totals' | 'traffic' | 'hops'>;
  relay: Pick<Relay, 'load' | 'cache'>;
  network: Pick<Network, 'peers'>;
  bottlenecks: Pick<Bottlenecks, 'report'>;
  spans: Pick<SpanExporter, 'dropped'>;
  residentBytes(): number;
  uptimeMs(): number;
}

type Labels = Record<string, string | number>;
type Sample = [labels: Labels, value: number];

export function exposition({
  bottlenecks,
  metrics,
  network,
  relay,
  residentBytes,
  spans,
  uptimeMs,
}: Exposed): string {
  const totals = metrics.totals(BOUNDS_S.map((bound) => bound * 1000));
  const { total } = metrics.traffic();
  const load = relay.load();
  const cache = relay.cache.state();
  const { numbers } = bottlenecks.report();
  const refused = Object.entries(load.refused).map(([reason, count]): Sample => [{ reason }, count]);
  return [
    family('toolswarm_calls_total', 'counter', 'Calls that ended.', totals.flatMap(outcomes)),
    histogram('toolswarm_call_duration_seconds', 'How long calls took.', totals),
    family(
      'toolswarm_hop_seconds',
      'gauge',
      'How long each hop took lately, by quantile.',
      hopSamples(metrics),
    ),
    family('toolswarm_network_bytes_total', 'counter', 'Bytes of calls that crossed the network.', [
      [{ way: 'in' }, total.bytesIn],
      [{ way: 'out' }, total.bytesOut],
    ]),
    family('toolswarm_peer_calls_running', 'gauge', 'Calls of peers that run.', [[{}, load.running]]),
    family('toolswarm_peer_calls_waiting', 'gauge', 'Calls of peers that wait for a place.', [
      [{}, load.waiting],
    ]),
    family('toolswarm_peer_calls_refused_total', 'counter', 'Calls of peers refused at the door.', refused),
    family('toolswarm_event_loop_delay_seconds', 'gauge', 'How late 99 of 100 timers were at most, lately.', [
      [{}, numbers.loopDelayMs / 1000],
    ]),
    family(
      'toolswarm_event_loop_busy_ratio',
      'gauge',
      'Share of the time in which the main thread was busy.',
      [[{}, numbers.loopShare]],
    ),
    family('toolswarm_cache_hits_total', 'counter', 'Results that were given again.', [
      [{}, cache.hits + cache.joined],
    ]),
    family('toolswarm_cache_misses_total', 'counter', 'Results that had to be fetched.', [
      [{}, cache.misses],
    ]),
    family('toolswarm_spans_dropped_total', 'counter', 'Spans of traces that no collector took.', [
      [{}, spans.dropped()],
    ]),
    family('toolswarm_peers', 'gauge', 'Connected peers.', [[{}, network.peers().length]]),
    family('process_resident_memory_bytes', 'gauge', 'Memory of the node’s process.', [
      [{}, residentBytes()],
    ]),
    family('toolswarm_uptime_seconds', 'gauge', 'Time since the node started.', [[{}, uptimeMs() / 1000]]),
  ].join('');
}

type Total = ReturnType<Metrics['totals']>[number];

const outcomes = ({ calls, direction, failed }: Total): Sample[] => [
  [{ direction, outcome: 'ok' }, calls - failed],
  [{ direction, outcome: 'error' }, failed],
];

const hopSamples = (metrics: Exposed['metrics']): Sample[] =>
  metrics
    .hops()
    .items.flatMap(({ direction, hop, p50Ms, p95Ms, p99Ms }) =>
      [[0.5, p50Ms] as const, [0.95, p95Ms] as const, [0.99, p99Ms] as const].map(
        ([quantile, ms]): Sample => [{ direction, hop, quantile }, ms / 1000],
      ),
    );

function histogram(name: string, help: string, totals: readonly Total[]): string {
  const lines = totals.flatMap(({ calls, direction, totalMs, within }) => [
    ...BOUNDS_S.map((bound, index) => line(`${name}_bucket`, { direction, le: bound }, within[index] ?? 0)),
    line(`${name}_bucket`, { direction, le: '+Inf' }, calls),
    line(`${name}_sum`, { direction }, totalMs / 1000),
    line(`${name}_count`, { direction }, calls),
  ]);
  return head(name, 'histogram', help) + lines.join('');
}

const family = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string =>
  head(name, type, help) + samples.map(([labels, value]) => line(name, labels, value)).join('');

const head = (name: string, type: string, help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, of]) => `${label}="${escaped(String(of))}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
