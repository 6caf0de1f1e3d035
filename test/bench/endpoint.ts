/**
 * `npm run bench -- endpoint`: what the endpoint costs, beside the server itself, other gateways and bare HTTP, in one
 * run. `--quick` takes short samples.
 */
import { LISTED_TOOLS, type Measured, measure, type Sample, type ServerName } from './endpoint/measure.ts';
import { sdkLatencies } from './endpoint/sdk.ts';
import { atLeast, atMost, type Figure, measured, report, round, table } from './support/report.ts';

const quick = process.argv.includes('--quick');
const options = quick
  ? { rounds: 2, calls: 200, burstMs: 700, lists: 5 }
  : { rounds: 7, calls: 500, burstMs: 2_000, lists: 15 };
const PEERS = ['mcp-hub', 'mcp-proxy', 'supergateway'] as const;

function figures({ samples, lists }: Measured): Figure[] {
  const of = (name: ServerName): Sample => samples.get(name) as Sample;
  const ours = of('ours');
  const best = Math.max(...PEERS.map((name) => of(name).callsPerSecond));
  return [
    atMost('endpoint.added-p50', ours.p50Ms - of('direct').p50Ms, 'ms', 0.15),
    ...PEERS.map((name) => atMost(`endpoint.cpu-vs-${name}`, ours.cpuMicros / of(name).cpuMicros, '×', 1)),
    atLeast('endpoint.calls-at-16-vs-best-gateway', ours.callsPerSecond / best, '×', 1.2),
    atLeast('endpoint.calls-at-16-vs-bare-http', ours.callsPerSecond / of('bare').callsPerSecond, '×', 0.5),
    atMost(`endpoint.list-of-${LISTED_TOOLS}-vs-direct`, lists.ours / lists.direct, '×', 0.6),
    measured('endpoint.p50', ours.p50Ms, 'ms'),
    measured('endpoint.calls-at-16', ours.callsPerSecond, '/s'),
    measured('endpoint.cpu', ours.cpuMicros, 'µs/call'),
    measured(`endpoint.list-of-${LISTED_TOOLS}`, lists.ours, 'ms'),
  ];
}

const result = await measure(options, sdkLatencies);
console.log('\nA tool call of 1 KiB, raw keep-alive client; CPU of the server with all its children\n');
const rows = [...result.samples].map(([name, sample]) => [
  name,
  round(sample.p50Ms),
  round(sample.callsPerSecond),
  round(sample.cpuMicros),
]);
console.log(table(['server', 'p50 ms', 'calls/s at 16', 'CPU µs/call'], rows));
console.log('\nThrough the endpoint with the clients of the SDKs\n');
console.log(
  table(
    ['client', 'p50 ms'],
    [...result.sdk].map(([name, p50]) => [name, round(p50)]),
  ),
);
process.exit(report('endpoint', figures(result)) ? 0 : 1);
