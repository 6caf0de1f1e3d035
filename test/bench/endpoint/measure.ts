/** Runs the servers side by side and measures each in turns: latency, throughput, CPU of the whole tree, large lists. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDaemons } from '../../support/daemon.ts';
import { median, medianLatency, throughput } from '../support/load.ts';
import { type BenchClient, connectEcho, connectStreamable } from './clients.ts';
import { installPeers, type PeerName, startPeer } from './peers.ts';
import { treeCpuMs } from './tree.ts';

export type ServerName = 'ours' | 'direct' | 'bare' | PeerName;

export interface Sample {
  p50Ms: number;
  callsPerSecond: number;
  /** CPU of the server and its children. */
  cpuMicros: number;
}

export interface Measured {
  /** Medians over the rounds. */
  samples: Map<ServerName, Sample>;
  /** p50 of a call through the clients of the SDKs. */
  sdk: Map<string, number>;
  /** Median ms of `tools/list`. */
  lists: Record<'ours' | 'direct', number>;
}

export interface MeasureOptions {
  rounds: number;
  /** Calls of a latency sample. */
  calls: number;
  /** Duration of a throughput sample. */
  burstMs: number;
  lists: number;
}

const CONCURRENCY = 16;
export const LISTED_TOOLS = 10_000;
const PEERS: PeerName[] = ['mcp-hub', 'mcp-proxy', 'supergateway'];

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const echoServer = (...args: string[]): string[] => [process.execPath, pathOf('./echo-server.ts'), ...args];

interface Running {
  pid: number;
  connect(connections: number): Promise<BenchClient>;
  /** What SDK clients connect to. */
  at?: { url: string; token: string };
}

/** What is started, and how it is ended. */
interface Stage {
  servers: Map<ServerName, Running>;
  close(): Promise<void>;
}

export async function measure(
  options: MeasureOptions,
  sdkLatencies: (at: { url: string; token: string }, calls: number) => Promise<Map<string, number>>,
): Promise<Measured> {
  const stage = await start(echoServer());
  try {
    const samples = await sampleAll(stage.servers, options);
    const sdk = await sdkLatencies(
      stage.servers.get('ours')?.at as { url: string; token: string },
      options.calls,
    );
    return { samples, sdk, lists: await measureLists(options) };
  } finally {
    await stage.close();
  }
}

async function start(server: string[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'endpoint-bench-'));
  const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const servers = new Map<ServerName, Running>();
  const close = async (): Promise<void> => {
    for (const end of ends.reverse()) await end();
  };
  try {
    servers.set('ours', await startOurs(server, ends));
    servers.set('direct', await startDirect([...server, '0', 'json'], ends));
    servers.set('bare', await startBare(ends));
    await installPeers(folder);
    for (const name of PEERS) {
      const peer = await startPeer(name, folder, server);
      ends.push(peer.stop);
      servers.set(name, peer);
    }
    return { servers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startOurs(server: string[], ends: (() => unknown)[]): Promise<Running> {
  const daemons = createDaemons();
  ends.push(() => daemons.close());
  const daemon = await daemons.start();
  await daemon.command('servers', 'add', 'echo', '--', ...server);
  const { mcpUrl: url, mcpToken: token, pid } = daemon.ready;
  const connect = (connections: number) => connectStreamable({ url, token, tool: 'echo_echo' }, connections);
  return { pid, connect, at: { url, token } };
}

async function startDirect(command: string[], ends: (() => unknown)[]): Promise<Running> {
  const { pid, port } = await startProgram(command, ends);
  return { pid, connect: (n) => connectStreamable({ url: `http://127.0.0.1:${port}/mcp`, tool: 'echo' }, n) };
}

async function startBare(ends: (() => unknown)[]): Promise<Running> {
  const { pid, port } = await startProgram([process.execPath, pathOf('./bare-server.ts')], ends);
  return { pid, connect: (n) => connectEcho(`http://127.0.0.1:${port}/`, n) };
}

/** Starts a program that prints its port. */
async function startProgram(
  [command = '', ...args]: string[],
  ends: (() => unknown)[],
): Promise<{ pid: number; port: number }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout))
    return { pid: child.pid as number, port: Number(line) };
  throw new Error(`${args[0]} ended before it served`);
}

/** The servers take turns within each round, so that what else the machine does falls on all of them. */
async function sampleAll(
  servers: Map<ServerName, Running>,
  options: MeasureOptions,
): Promise<Map<ServerName, Sample>> {
  const taken = new Map<ServerName, Sample[]>([...servers.keys()].map((name) => [name, []]));
  for (let round = 0; round <= options.rounds; round += 1)
    for (const [name, server] of servers) {
      const sample = await sampleOne(server, options);
      if (round > 0) taken.get(name)?.push(sample);
    }
  return new Map([...taken].map(([name, samples]) => [name, middle(samples)]));
}

async function sampleOne(server: Running, { calls, burstMs }: MeasureOptions): Promise<Sample> {
  const client = await server.connect(CONCURRENCY);
  try {
    const p50Ms = (await medianLatency(client.call, calls)) / 1_000;
    const before = treeCpuMs(server.pid);
    const from = performance.now();
    const { callsPerSecond } = await throughput(client.call, CONCURRENCY, burstMs);
    const made = callsPerSecond * ((performance.now() - from) / 1_000);
    return { p50Ms, callsPerSecond, cpuMicros: ((treeCpuMs(server.pid) - before) * 1_000) / made };
  } finally {
    client.close();
  }
}

function middle(samples: Sample[]): Sample {
  const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
  return { p50Ms: of('p50Ms'), callsPerSecond: of('callsPerSecond'), cpuMicros: of('cpuMicros') };
}

/** Both list the same ten thousand tools; they take turns. */
async function measureLists({ lists }: MeasureOptions): Promise<Measured['lists']> {
  const ends: (() => unknown)[] = [];
  try {
    const more = String(LISTED_TOOLS - 1);
    const ours = await (await startOurs(echoServer(more), ends)).connect(1);
    const direct = await (await startDirect(echoServer(more, 'json'), ends)).connect(1);
    const times = { ours: [] as number[], direct: [] as number[] };
    for (let round = 0; round <= lists; round += 1)
      for (const [name, client] of Object.entries({ ours, direct })) {
        const from = performance.now();
        const bytes = await client.list();
        if (bytes < LISTED_TOOLS * 100) throw new Error(`${name} listed only ${bytes} bytes`);
        if (round > 0) times[name as 'ours' | 'direct'].push(performance.now() - from);
      }
    return { ours: median(times.ours), direct: median(times.direct) };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
