/** What a call of ours costs beside the stream it travels on. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { atLeast, atMost, type Figure, measured, round, table } from '../support/report.ts';
import { median, medianLatency, throughput } from '../support/load.ts';
import { PATH_NAMES, PATHS, type PathName } from './paths.ts';

const PAYLOAD = new Uint8Array(1024).fill(7);
/** Paths take turns, so that a busy moment of the machine hits all alike; the median of the rounds counts. */
const ROUNDS = 5;
const LATENCY_CALLS = 1000;
const LOAD_MS = 500;

interface Sample {
  p50: number;
  at16: number;
  at128: number;
  cpu: number;
}

export async function measureTransport(): Promise<Figure[]> {
  const server = fork(new URL('./server.ts', import.meta.url), { stdio: 'inherit' });
  try {
    const [addresses] = (await once(server, 'message')) as [Record<PathName, string>];
    return figures(await sampleAll(server, addresses));
  } finally {
    server.disconnect();
  }
}

async function sampleAll(
  server: ChildProcess,
  addresses: Record<PathName, string>,
): Promise<Record<PathName, Sample>> {
  const calls = new Map<PathName, () => Promise<unknown>>();
  for (const name of PATH_NAMES) {
    const call = await PATHS[name].connect(addresses[name]);
    calls.set(name, () => call(PAYLOAD));
  }
  const rounds = new Map<PathName, Sample[]>(PATH_NAMES.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, call] of calls) {
      const sample = await sampleOne(server, call);
      // The first round warms up.
      if (round > 0) rounds.get(name)?.push(sample);
    }
  const middle = (name: PathName, key: keyof Sample) =>
    median((rounds.get(name) ?? []).map((sample) => sample[key]));
  return Object.fromEntries(
    PATH_NAMES.map((name) => [
      name,
      {
        p50: middle(name, 'p50'),
        at16: middle(name, 'at16'),
        at128: middle(name, 'at128'),
        cpu: middle(name, 'cpu'),
      },
    ]),
  ) as Record<PathName, Sample>;
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

function figures(samples: Record<PathName, Sample>): Figure[] {
  const rows = PATH_NAMES.map((name) => {
    const { p50, at16, at128, cpu } = samples[name];
    return [PATHS[name].name, round(p50), Math.round(at16), Math.round(at128), round(cpu)];
  });
  console.log('Echo of 1 KiB between two processes on loopback\n');
  console.log(
    table(['path', 'p50 µs at 1', 'calls/s at 16', 'calls/s at 128', 'CPU µs/call at 128, both ends'], rows),
  );
  const { ours, bareNoise, bareTls, tcp, tls } = samples;
  return [
    // Our network encrypts with TLS, the faster of the two: the bare stream does the same.
    atMost('relay.p50-vs-bare-stream', ours.p50 / bareTls.p50, '×', 1.3),
    atLeast('relay.rate128-vs-bare-stream', ours.at128 / bareTls.at128, '×', 0.8),
    measured('relay.rate16-vs-bare-stream', ours.at16 / bareTls.at16, '×'),
    measured('relay.p50-vs-raw-tcp', ours.p50 / tcp.p50, '×'),
    measured('relay.p50-vs-raw-tls', ours.p50 / tls.p50, '×'),
    measured('relay.bare-tls-vs-noise-p50', bareTls.p50 / bareNoise.p50, '×'),
    measured('relay.bare-tls-vs-noise-rate128', bareTls.at128 / bareNoise.at128, '×'),
  ];
}
