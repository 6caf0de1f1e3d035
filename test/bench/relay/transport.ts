/** What a call of ours costs beside the stream it travels on. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { atLeast, atMost, type Figure, measured, round, table } from '../support/report.ts';
import { median, medianLatency, throughput } from '../support/load.ts';
import { PATH_NAMES, PATHS, type PathName } from './paths.ts';

const PAYLOAD = new Uint8Array(1024).fill(7);
/**
 * Paths take turns, so that a busy moment of the machine hits all alike. A ratio is taken within each round, and the
 * median of the rounds counts.
 */
const ROUNDS = 9;
const LATENCY_CALLS = 500;
const LOAD_MS = 400;

interface Sample {
  p50: number;
  at16: number;
  at128: number;
  cpu: number;
}

/** One sample of each path. */
type Round = Record<PathName, Sample>;

export async function measureTransport(): Promise<Figure[]> {
  const server = fork(new URL('./server.ts', import.meta.url), { stdio: 'inherit', execArgv: [] });
  try {
    const [addresses] = (await once(server, 'message')) as [Record<PathName, string>];
    return figures(await sampleAll(server, addresses));
  } finally {
    server.disconnect();
  }
}

async function sampleAll(server: ChildProcess, addresses: Record<PathName, string>): Promise<Round[]> {
  const calls = new Map<PathName, () => Promise<unknown>>();
  for (const name of PATH_NAMES) {
    const call = await PATHS[name].connect(addresses[name]);
    calls.set(name, () => call(PAYLOAD));
  }
  const rounds: Round[] = [];
  for (let number = 0; number <= ROUNDS; number++) {
    const samples: Partial<Round> = {};
    for (const [name, call] of calls) samples[name] = await sampleOne(server, call);
    // The first round warms up.
    if (number > 0) rounds.push(samples as Round);
  }
  return rounds;
}

async function sampleOne(server: ChildProcess, call: () => Promise<unknown>): Promise<Sample> {
  const p50 = await medianLatency(call, LATENCY_CALLS);
  const at16 = await throughput(call, 16, LOAD_MS);
  await cpuOf(server);
  const at128 = await throughput(call, 128, LOAD_MS);
  const calls = (at128.callsPerSecond * LOAD_MS) / 1000;
  const cpu = at128.cpuMicros + (await cpuOf(server)) / calls;
  return { p50, at16: at16.callsPerSecond, at128: at128.callsPerSecond, cpu };
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [micros] = (await once(server, 'message')) as [number];
  return micros;
}

function figures(rounds: Round[]): Figure[] {
  const middle = (name: PathName, key: keyof Sample) => median(rounds.map((samples) => samples[name][key]));
  const ratio = (name: PathName, beside: PathName, key: keyof Sample) =>
    median(rounds.map((samples) => samples[name][key] / samples[beside][key]));
  const rows = PATH_NAMES.map((name) => [
    PATHS[name].name,
    round(middle(name, 'p50')),
    Math.round(middle(name, 'at16')),
    Math.round(middle(name, 'at128')),
    round(middle(name, 'cpu')),
  ]);
  console.log('Echo of 1 KiB between two processes on loopback\n');
  console.log(
    table(['path', 'p50 µs at 1', 'calls/s at 16', 'calls/s at 128', 'CPU µs/call at 128, both ends'], rows),
  );
  return [
    // Our network encrypts with TLS, the faster of the two: the bare stream does the same.
    atMost('relay.p50-vs-bare-stream', ratio('ours', 'bareTls', 'p50'), '×', 1.3),
    atLeast('relay.rate128-vs-bare-stream', ratio('ours', 'bareTls', 'at128'), '×', 0.8),
    measured('relay.rate16-vs-bare-stream', ratio('ours', 'bareTls', 'at16'), '×'),
    measured('relay.p50-vs-raw-tcp', ratio('ours', 'tcp', 'p50'), '×'),
    measured('relay.p50-vs-raw-tls', ratio('ours', 'tls', 'p50'), '×'),
    measured('relay.bare-tls-vs-noise-p50', ratio('bareTls', 'bareNoise', 'p50'), '×'),
    measured('relay.bare-tls-vs-noise-rate128', ratio('bareTls', 'bareNoise', 'at128'), '×'),
  ];
}
