/** Start, memory and idle CPU of a bundled daemon with twenty peers and two hundred tools. */
import { readFileSync } from 'node:fs';
import { keepCompany, residentMib } from '../../support/company.ts';
import { createDaemons, type Daemon } from '../../support/daemon.ts';
import type { MeshNode } from '../../support/mesh-node.ts';
import { median } from '../support/load.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

const STARTS = 5;
const COMPANY = { peers: 20, tools: 200 };
const SETTLE_MS = 10_000;
const IDLE_MS = 30_000;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

export async function measureNode(): Promise<Figure[]> {
  const daemons = createDaemons();
  const peers: MeshNode[] = [];
  try {
    const readyMs = await warmStarts(daemons);
    const daemon = await daemons.start();
    const bare = residentMib(daemon);
    await gather(daemon, peers);
    const idle = await idlePercent(daemon);
    return [
      atMost('node.ready-warm', readyMs, 'ms', 1200),
      atMost('node.resident-20-peers-200-tools', residentMib(daemon), 'MiB', 130),
      measured('node.resident-alone', bare, 'MiB'),
      atMost('node.idle-cpu-20-peers', idle, '%', 1),
      ...(await measureSmall()),
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    await daemons.close();
  }
}

/** What a constrained machine pays, from the second start on: the first one compiles what the later ones read. */
async function measureSmall(): Promise<Figure[]> {
  const daemons = createDaemons();
  const peers: MeshNode[] = [];
  const args = ['--footprint', 'small'];
  try {
    const first = await daemons.start({ args });
    await first.stop();
    const daemon = await daemons.start({ args, dataDir: first.dataDir });
    const bare = residentMib(daemon);
    await gather(daemon, peers);
    return [
      // Half of what is resident are pages of the runtime's own program.
      atMost('node.small-resident-20-peers-200-tools', residentMib(daemon), 'MiB', 110),
      measured('node.small-resident-alone', bare, 'MiB'),
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    await daemons.close();
  }
}

/** Twenty peers are connected, the tools of one of them are listed, and the daemon has come to rest. */
async function gather(daemon: Daemon, peers: MeshNode[]): Promise<void> {
  await keepCompany(daemon, peers, COMPANY);
  await pause(SETTLE_MS);
}

/** The first start makes keys and a database; the later ones are what people live with. */
async function warmStarts(daemons: ReturnType<typeof createDaemons>): Promise<number> {
  let daemon = await daemons.start();
  const { dataDir } = daemon;
  const times: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    await daemon.stop();
    const from = performance.now();
    daemon = await daemons.start({ dataDir });
    times.push(performance.now() - from);
  }
  await daemon.stop();
  return median(times);
}

async function idlePercent(daemon: Daemon): Promise<number> {
  const before = cpuMs(daemon);
  await pause(IDLE_MS);
  return ((cpuMs(daemon) - before) / IDLE_MS) * 100;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function cpuMs({ ready }: Daemon): number {
  const fields = readFileSync(`/proc/${ready.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
