/** What Home makes of the node's facts: how each part is doing, how far it reaches, what went on. Pure. */
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { TrafficBucket } from '#shared/features/metrics/contract.ts';
import { farthestReach, type PathKind, type Reach } from '#shared/features/p2p/addresses.ts';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import type { ConnectionState } from '../../platform/node-link.ts';
import type { Tone } from '../../ui/badge.tsx';

export const healthParts = ['node', 'network', 'servers', 'clients'] as const;
export type HealthPart = (typeof healthParts)[number];

/** States of a part, each with words in the texts (`health.state.<part>.<state>`). */
export type Health =
  | { part: 'node'; tone: Tone; state: 'running' | 'unreachable' }
  | { part: 'network'; tone: Tone; state: 'connected' | 'alone' | 'paused'; count: number }
  | { part: 'servers'; tone: Tone; state: 'well' | 'failed' | 'none'; count: number }
  | { part: 'clients'; tone: Tone; state: 'connected' | 'ready'; count: number };

export interface HealthFacts {
  phase: ConnectionState['phase'];
  status: NodeStatus | undefined;
  conditions: Conditions | undefined;
  /** AI clients that are connected now; undefined where nobody knows. */
  clients: number | undefined;
}

/** Nothing until the node has spoken. */
export function healthOf({ phase, status, conditions, clients = 0 }: HealthFacts): Health[] {
  if (!status) return [];
  const { failed, total } = status.servers;
  const paused = conditions?.sharing === 'paused';
  return [
    phase === 'connected'
      ? { part: 'node', tone: 'ok', state: 'running' }
      : { part: 'node', tone: 'bad', state: 'unreachable' },
    {
      part: 'network',
      tone: paused ? 'warn' : status.peers > 0 ? 'ok' : 'idle',
      state: paused ? 'paused' : status.peers > 0 ? 'connected' : 'alone',
      count: status.peers,
    },
    {
      part: 'servers',
      tone: failed > 0 ? 'bad' : total > 0 ? 'ok' : 'idle',
      state: failed > 0 ? 'failed' : total > 0 ? 'well' : 'none',
      count: failed > 0 ? failed : total,
    },
    {
      part: 'clients',
      tone: clients > 0 ? 'ok' : 'idle',
      state: clients > 0 ? 'connected' : 'ready',
      count: clients,
    },
  ];
}

/** The whole in one word: as bad as its worst part; what merely waits for its first use is no fault. */
export function worstOf(parts: readonly Health[]): 'ok' | 'warn' | 'bad' {
  const tones = parts.map(({ tone }) => tone);
  return tones.includes('bad') ? 'bad' : tones.includes('warn') ? 'warn' : 'ok';
}

export interface Outward {
  /** From where this node can be dialled. */
  reach: Reach;
  /** Whether somebody dialled it over the internet: proof, where an address is a promise. */
  proven: boolean;
  /** Connected peers by the way to them. */
  peers: Record<PathKind, number>;
  total: number;
}

/** The way out: this machine, its router, and the peers beyond. */
export function outwardOf(addresses: readonly string[], peers: readonly PeerView[]): Outward {
  const connected = peers.filter((peer) => peer.connected);
  const count = (path: PathKind) => connected.filter((peer) => peer.path === path).length;
  return {
    reach: farthestReach(addresses),
    proven: connected.some((peer) => peer.direction === 'inbound' && peer.path === 'direct'),
    peers: { lan: count('lan'), direct: count('direct'), relayed: count('relayed') },
    total: connected.length,
  };
}

export const callsOf = ({ local, outgoing, incoming }: TrafficBucket): number => local + outgoing + incoming;

export interface TrafficSum {
  calls: number;
  errors: number;
  bytesIn: number;
  bytesOut: number;
}

export const sumOf = (buckets: readonly TrafficBucket[]): TrafficSum =>
  buckets.reduce<TrafficSum>(
    (sum, bucket) => ({
      calls: sum.calls + callsOf(bucket),
      errors: sum.errors + bucket.errors,
      bytesIn: sum.bytesIn + bucket.bytesIn,
      bytesOut: sum.bytesOut + bucket.bytesOut,
    }),
    { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 },
  );

/** Rows of the table beside the chart, newest first: each sums up this many minutes. */
export const MINUTES_A_ROW = 5;

export interface TrafficRow {
  at: number;
  local: number;
  outgoing: number;
  incoming: number;
  errors: number;
}

export function rowsOf(minutes: readonly TrafficBucket[]): TrafficRow[] {
  const rows: TrafficRow[] = [];
  for (let start = 0; start < minutes.length; start += MINUTES_A_ROW) {
    const part = minutes.slice(start, start + MINUTES_A_ROW);
    const sum = (pick: 'local' | 'outgoing' | 'incoming' | 'errors') =>
      part.reduce((total, bucket) => total + bucket[pick], 0);
    rows.unshift({
      at: part[0]?.at ?? 0,
      local: sum('local'),
      outgoing: sum('outgoing'),
      incoming: sum('incoming'),
      errors: sum('errors'),
    });
  }
  return rows;
}
