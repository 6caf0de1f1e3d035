/**
 * A bundled daemon with sixty real peers, which live in the process of the measurement, and nothing to do. Its processor
 * time is what Linux charges its process; its traffic what passed its sockets in both directions, encryption included.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { portOf } from '#shared/features/p2p/addresses.ts';
import { keepCompany } from '../../support/company.ts';
import { createDaemons, type Daemon } from '../../support/daemon.ts';
import type { MeshNode } from '../../support/mesh-node.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

const COMPANY = { peers: 60, tools: 20 };
/** Greetings, first reconciliations and the joining of topics are over by then. */
const SETTLE_MS = 20_000;
const IDLE_MS = 60_000;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

export async function measureIdle(): Promise<Figure[]> {
  const daemons = createDaemons();
  const peers: MeshNode[] = [];
  try {
    const daemon = await daemons.start();
    const alone = await idle(daemon);
    await keepCompany(daemon, peers, COMPANY);
    await pause(SETTLE_MS);
    const crowded = await idle(daemon);
    return [
      measured('p2p.idle-cpu-alone', alone.cpuPercent, '%'),
      atMost('p2p.idle-cpu-60-connections', crowded.cpuPercent, '%', 1),
      atMost('p2p.idle-traffic-60-connections', crowded.kibPerSecond, 'KiB/s', 2),
      measured('p2p.idle-connections', crowded.sockets, ''),
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    await daemons.close();
  }
}

async function idle(daemon: Daemon) {
  const [cpuBefore, trafficBefore] = [cpuMs(daemon), traffic(daemon)];
  await pause(IDLE_MS);
  const [cpuAfter, trafficAfter] = [cpuMs(daemon), traffic(daemon)];
  return {
    cpuPercent: ((cpuAfter - cpuBefore) / IDLE_MS) * 100,
    kibPerSecond: (trafficAfter.bytes - trafficBefore.bytes) / 1024 / (IDLE_MS / 1000),
    sockets: trafficAfter.sockets,
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function cpuMs({ ready }: Daemon): number {
  const fields = readFileSync(`/proc/${ready.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Bytes that the daemon's ends of its connections have sent and received since they opened. */
function traffic({ ready }: Daemon): { bytes: number; sockets: number } {
  const port = portOf(ready.addresses[0] ?? '') ?? 0;
  const filter = ['state', 'established', `( sport = :${port} )`];
  const lines = execFileSync('ss', ['-tinH', ...filter], { encoding: 'utf8' });
  const sum = (pattern: RegExp) =>
    [...lines.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  return {
    bytes: sum(/bytes_sent:(\d+)/g) + sum(/bytes_received:(\d+)/g),
    sockets: [...lines.matchAll(/bytes_received:/g)].length,
  };
}
