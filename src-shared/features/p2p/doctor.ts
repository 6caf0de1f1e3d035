/** The connection doctor: what is checked, and what results mean. Pure; the probes are the node's. */
import { z } from 'zod';
import { stream } from '../../kernel/contract.ts';
import { isCarrierShared, reachOfIp } from './addresses.ts';
import type { MappingProtocol, MappingState } from './port-mapping.ts';

/** In the order in which they are shown: this machine first, then the local network, then the world. */
export const doctorChecks = [
  'keys',
  'disk',
  'endpoint',
  'listening',
  'ports',
  'lan',
  'names',
  'bootstrap',
  'peers',
  'paths',
  'versions',
  'hearsay',
  'clock',
  'nat',
  'udp',
  'mapping',
  'outside',
  'relays',
  'serving',
  'firewall',
] as const;
export const doctorCheckSchema = z.enum(doctorChecks);
export type DoctorCheck = z.output<typeof doctorCheckSchema>;

/** Part of the picture that a check belongs to. */
export const doctorPlaces = {
  keys: 'you',
  disk: 'you',
  endpoint: 'you',
  listening: 'you',
  ports: 'you',
  clock: 'you',
  firewall: 'you',
  lan: 'nat',
  nat: 'nat',
  udp: 'nat',
  mapping: 'nat',
  relays: 'nat',
  serving: 'nat',
  outside: 'nat',
  names: 'peers',
  bootstrap: 'peers',
  peers: 'peers',
  versions: 'peers',
  hearsay: 'peers',
  paths: 'peers',
} as const satisfies Record<DoctorCheck, 'you' | 'nat' | 'peers'>;

/** What a check found. The interface has words and a fix for each; `ok` ones need none. */
export const doctorCodeSchema = z.enum([
  'checking',
  'keys.ready',
  'keys.unprotected',
  'keys.unreadable',
  'disk.ready',
  'disk.low',
  'disk.full',
  'disk.unknown',
  'endpoint.ready',
  'endpoint.silent',
  'listening.ready',
  'listening.none',
  'listening.machineOnly',
  'ports.ready',
  'ports.closed',
  'ports.none',
  'lan.ready',
  'lan.alone',
  'lan.silent',
  'lan.off',
  'names.notNeeded',
  'names.needed',
  'names.broken',
  'bootstrap.ready',
  'bootstrap.none',
  'bootstrap.some',
  'bootstrap.silent',
  'peers.ready',
  'peers.none',
  'paths.ready',
  'paths.relayed',
  'paths.none',
  'versions.ready',
  'versions.older',
  'versions.newer',
  'hearsay.none',
  'hearsay.refused',
  'clock.ready',
  'clock.wrong',
  'clock.unknown',
  'nat.open',
  'nat.behind',
  'nat.carrier',
  'nat.unknown',
  'udp.ready',
  'udp.blocked',
  'udp.symmetric',
  'udp.unknown',
  'mapping.off',
  'mapping.asking',
  'mapping.mapped',
  'mapping.double',
  'mapping.refused',
  'mapping.silent',
  'relays.notNeeded',
  'relays.held',
  'relays.none',
  'relays.off',
  'relays.unknown',
  'serving.on',
  'serving.off',
  'outside.reachable',
  'outside.closed',
  'outside.unknown',
  'firewall.none',
  'firewall.linux',
  'firewall.darwin',
  'firewall.windows',
]);
export type DoctorCode = z.output<typeof doctorCodeSchema>;

/** What a button can do about a result. */
export const doctorFixSchema = z.enum(['join', 'invite', 'redial', 'mdns', 'listen', 'dataFolder', 'resume']);
export type DoctorFix = z.output<typeof doctorFixSchema>;

export const doctorStateSchema = z.enum(['running', 'ok', 'warn', 'failed', 'skipped']);
export type DoctorState = z.output<typeof doctorStateSchema>;

/** Numbers and names for the words of a result: `{port}`, `{count}`, `{ms}`, `{address}`. */
const factsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

export const doctorResultSchema = z.object({
  check: doctorCheckSchema,
  state: doctorStateSchema,
  code: doctorCodeSchema,
  facts: factsSchema,
  fix: doctorFixSchema.optional(),
});
export type DoctorResult = z.output<typeof doctorResultSchema>;
export type Finding = Omit<DoctorResult, 'check'>;

export const doctorContract = {
  'node.doctor': stream(
    'Checks how this node is connected: each check as it begins and as it ends, then the stream ends.',
    z.object({}),
    doctorResultSchema,
  ),
};

const finding = (
  state: DoctorState,
  code: DoctorCode,
  facts: Finding['facts'] = {},
  fix?: DoctorFix,
): Finding => ({ state, code, facts, ...(fix ? { fix } : {}) });

/**
 * Whether there are nodes that this one cannot talk with because one of the two is too old. Those that are newer come
 * first: that can be mended here.
 *
 * @param refused connections since the start, by what the other node speaks.
 */
export function judgeVersions({ newer, older }: { newer: number; older: number }): Finding {
  if (newer > 0) return finding('warn', 'versions.newer', { count: newer });
  if (older > 0) return finding('warn', 'versions.older', { count: older });
  return finding('ok', 'versions.ready');
}

/** Addresses of this node's own surroundings that strangers named; they were not dialled, so nothing is wrong. */
export const judgeHearsay = (refused: number): Finding =>
  refused === 0 ? finding('ok', 'hearsay.none') : finding('ok', 'hearsay.refused', { count: refused });

/** Beyond this a clock makes trouble: signatures and certificates carry times. */
export const CLOCK_WARN_MS = 30_000;
/** Beyond this other nodes refuse what this one signs. */
export const CLOCK_FAIL_MS = 10 * 60_000;

/** The middle of the readings; of two in the middle the one nearer to zero, so that one liar among two does no harm. */
export function medianAhead(readings: readonly number[]): number | undefined {
  if (readings.length === 0) return undefined;
  const sorted = readings.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}

/** Whether this machine's clock is wrong, by what the clocks of its peers said. `ahead`: theirs against ours. */
export function judgeClock(ahead: readonly number[]): Finding {
  const median = medianAhead(ahead);
  if (median === undefined) return finding('skipped', 'clock.unknown');
  const off = Math.abs(median);
  const facts = { ms: off, direction: median > 0 ? 'behind' : 'ahead', count: ahead.length };
  if (off <= CLOCK_WARN_MS) return finding('ok', 'clock.ready', facts);
  return finding(off > CLOCK_FAIL_MS ? 'failed' : 'warn', 'clock.wrong', facts);
}

export const DISK_WARN_BYTES = 1_000_000_000;
export const DISK_FAIL_BYTES = 100_000_000;

export function judgeDisk(freeBytes: number): Finding {
  if (freeBytes < DISK_FAIL_BYTES) return finding('failed', 'disk.full', { bytes: freeBytes }, 'dataFolder');
  if (freeBytes < DISK_WARN_BYTES) return finding('warn', 'disk.low', { bytes: freeBytes }, 'dataFolder');
  return finding('ok', 'disk.ready', { bytes: freeBytes });
}

/** @param listening addresses without their peer ids, @param reach the farthest that any of them reaches. */
export function judgeListening(
  count: number,
  reach: 'machine' | 'lan' | 'internet',
  address: string,
): Finding {
  if (count === 0) return finding('failed', 'listening.none', {}, 'listen');
  if (reach === 'machine') return finding('warn', 'listening.machineOnly', { address }, 'listen');
  return finding('ok', 'listening.ready', { count, address });
}

export function judgePorts(answers: ReadonlyArray<{ port: number; open: boolean }>): Finding {
  if (answers.length === 0) return finding('skipped', 'ports.none');
  const closed = answers.find(({ open }) => !open);
  if (closed) return finding('failed', 'ports.closed', { port: closed.port }, 'listen');
  return finding('ok', 'ports.ready', { port: answers[0]?.port ?? 0, count: answers.length });
}

/** `answers`: who answered a question on the local network; this node is one of them where multicast works at all. */
export function judgeLan(enabled: boolean, answers: number, neighbours: number): Finding {
  if (!enabled) return finding('skipped', 'lan.off', {}, 'mdns');
  if (answers === 0 && neighbours === 0) return finding('warn', 'lan.silent');
  if (neighbours === 0) return finding('ok', 'lan.alone');
  return finding('ok', 'lan.ready', { count: neighbours });
}

export function judgeNames(names: readonly string[], broken: readonly string[]): Finding {
  if (names.length === 0) return finding('ok', 'names.notNeeded');
  const [first] = broken;
  if (first !== undefined) return finding('failed', 'names.broken', { name: first });
  return finding('ok', 'names.needed', { count: names.length });
}

export function judgeBootstrap(answers: ReadonlyArray<{ address: string; reached: boolean }>): Finding {
  if (answers.length === 0) return finding('skipped', 'bootstrap.none');
  const silent = answers.filter(({ reached }) => !reached);
  const facts = { count: answers.length, silent: silent.length, address: silent[0]?.address ?? '' };
  if (silent.length === 0) return finding('ok', 'bootstrap.ready', facts);
  if (silent.length < answers.length) return finding('warn', 'bootstrap.some', facts, 'redial');
  return finding('failed', 'bootstrap.silent', facts, 'redial');
}

export const judgePeers = (count: number): Finding =>
  count > 0 ? finding('ok', 'peers.ready', { count }) : finding('failed', 'peers.none', {}, 'join');

export function judgePaths(paths: ReadonlyArray<'lan' | 'direct' | 'relayed'>): Finding {
  if (paths.length === 0) return finding('skipped', 'paths.none');
  const count = (kind: string) => paths.filter((path) => path === kind).length;
  const facts = { lan: count('lan'), direct: count('direct'), relayed: count('relayed') };
  return facts.relayed > 0 ? finding('warn', 'paths.relayed', facts) : finding('ok', 'paths.ready', facts);
}

/**
 * How addresses are translated on the way out, as far as peers can tell. TCP alone shows whether there is a translation,
 * not of which kind.
 *
 * @param own this machine's addresses, @param observed addresses under which peers beyond the local network see it.
 */
export function judgeNat(own: readonly string[], observed: readonly string[]): Finding {
  const outside = observed.find((ip) => reachOfIp(ip) === 'internet');
  const shared = [...own, ...observed].find(isCarrierShared);
  if (shared !== undefined) return finding('warn', 'nat.carrier', { address: shared });
  if (outside === undefined) return finding('skipped', 'nat.unknown');
  if (own.includes(outside)) return finding('ok', 'nat.open', { address: outside });
  return finding('ok', 'nat.behind', { address: outside });
}

/**
 * Whether a direct connection through NATs can come about.
 *
 * @param asked how many nodes were asked over UDP how they see one socket of this one, @param seen what those that answered said
 *   (`host:port`). Two different answers: each destination sees another port, and nobody can be told where to knock.
 */
export function judgeUdp(asked: number, seen: readonly string[]): Finding {
  if (asked === 0) return finding('skipped', 'udp.unknown');
  const [first] = seen;
  if (first === undefined) return finding('warn', 'udp.blocked', { count: asked });
  if (new Set(seen).size > 1) return finding('warn', 'udp.symmetric', { count: seen.length });
  return finding('ok', 'udp.ready', { address: first, count: seen.length });
}

const PROTOCOL_NAMES: Record<MappingProtocol, string> = { pcp: 'PCP', 'nat-pmp': 'NAT-PMP', upnp: 'UPnP' };

/** What came of asking the router for the port. A mapping behind a second NAT is there, and leads nobody here. */
export function judgeMapping(mapping: MappingState): Finding {
  switch (mapping.state) {
    case 'off':
      return finding('skipped', 'mapping.off');
    case 'asking':
      return finding('skipped', 'mapping.asking');
    case 'silent':
      return finding('warn', 'mapping.silent');
    case 'refused':
      return finding('warn', 'mapping.refused', {
        protocol: PROTOCOL_NAMES[mapping.by],
        reason: mapping.reason,
      });
    default: {
      const { address, port } = mapping;
      const facts = { protocol: PROTOCOL_NAMES[mapping.by], address, port };
      return mapping.state === 'mapped'
        ? finding('ok', 'mapping.mapped', facts)
        : finding('warn', 'mapping.double', facts);
    }
  }
}

/** Places that others keep for this node, so that it can be reached through them. */
export interface RelayFacts {
  /** Somebody from beyond the local network has come in by himself. */
  reachable: boolean;
  usesRelays: boolean;
  held: number;
  peers: number;
}

export function judgeRelays({ held, peers, reachable, usesRelays }: RelayFacts): Finding {
  if (reachable) return finding('ok', 'relays.notNeeded');
  if (!usesRelays) return finding('skipped', 'relays.off');
  if (held > 0) return finding('ok', 'relays.held', { count: held });
  return peers === 0 ? finding('skipped', 'relays.unknown') : finding('warn', 'relays.none');
}

/** What this node carries for others since it started. */
export const judgeServing = (serving: boolean, clients: number, bytes: number): Finding =>
  serving ? finding('ok', 'serving.on', { count: clients, bytes }) : finding('ok', 'serving.off');

/** What is known of connections from outside. */
export interface OutsideFacts {
  /** Connections that others opened from beyond the local network. */
  inbound: number;
  /** What peers reported when they were asked to connect back. */
  dialledBack: ReadonlyArray<{ reachable: boolean; fromInternet: boolean }>;
  port: number;
}

export function judgeOutside({ dialledBack, inbound, port }: OutsideFacts): Finding {
  const far = dialledBack.filter(({ fromInternet }) => fromInternet);
  if (inbound > 0 || far.some(({ reachable }) => reachable))
    return finding('ok', 'outside.reachable', { port });
  if (far.length > 0) return finding('warn', 'outside.closed', { port });
  if (dialledBack.length > 0 && dialledBack.every(({ reachable }) => !reachable))
    return finding('warn', 'outside.closed', { port });
  return finding('skipped', 'outside.unknown', { port });
}

const FIREWALLS: Partial<Record<string, DoctorCode>> = {
  linux: 'firewall.linux',
  darwin: 'firewall.darwin',
  win32: 'firewall.windows',
};

/** A hint where something is closed that should be open; nobody is sent to his firewall without need. */
export function judgeFirewall(platform: string, suspicious: boolean, port: number): Finding {
  const code = FIREWALLS[platform];
  return suspicious && code ? finding('warn', code, { port }) : finding('ok', 'firewall.none');
}

/** The worst of several states, for the picture. */
export function worstState(states: readonly DoctorState[]): DoctorState {
  const order: DoctorState[] = ['failed', 'warn', 'running', 'ok', 'skipped'];
  return order.find((state) => states.includes(state)) ?? 'skipped';
}
