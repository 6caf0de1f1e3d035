/**
 * The way of a call, in hops: where its time went, and at which of them it failed. Only durations are noted; the clocks
 * of two machines are never compared, so the way there and the way back are one hop.
 */
import { z } from 'zod';
import type { RelayErrorCode } from './errors.ts';

export const HOPS = [
  /** From the last byte of the client's request until the relay had it: parsed, client and tool known. */
  'endpoint',
  /** Rules, approval, arguments. */
  'check',
  /** A node that offers the tool is chosen, and dialled where there is no connection. */
  'connect',
  /** There and back, without the time that the provider reports. */
  'network',
  /** There, at the provider, and back: where he reports nothing. */
  'remote',
  /** The same four as here, reported by the provider. */
  'peerCheck',
  'peerQueue',
  'peerStart',
  'peerTool',
  /** A process of the server is chosen. */
  'queue',
  /** The server is started first. */
  'start',
  'tool',
  /** The result is checked against the tool's schema. */
  'verify',
] as const;
export const hopNameSchema = z.enum(HOPS);
export type HopName = z.output<typeof hopNameSchema>;

export const hopSchema = z.object({ hop: hopNameSchema, ms: z.number().min(0) });
export type Hop = z.output<typeof hopSchema>;

/** More hops than this no call has. */
export const MAX_HOPS = 16;

/** What a provider reports with his answer. */
export const providerHops = ['check', 'queue', 'start', 'tool'] as const;
type ProviderHop = (typeof providerHops)[number];

/** A report longer than a day is no report. */
const MAX_REPORTED_MS = 24 * 3_600_000;

/** On the wire: an optional field of the answer. One that makes no sense is left aside, never a reason to lose the answer. */
export const reportSchema = z
  .array(z.object({ hop: z.enum(providerHops), ms: z.number().min(0).max(MAX_REPORTED_MS) }))
  .max(MAX_HOPS)
  .optional()
  .catch(undefined);
export type Report = z.output<typeof reportSchema>;

const FAR: Record<ProviderHop, HopName> = {
  check: 'peerCheck',
  queue: 'peerQueue',
  start: 'peerStart',
  tool: 'peerTool',
};

/** What a provider may know of a call is what he did himself. */
export const reportOf = (hops: readonly Hop[]): NonNullable<Report> =>
  hops.flatMap(({ hop, ms }) => (isProviderHop(hop) ? [{ hop, ms }] : []));

const isProviderHop = (hop: HopName): hop is ProviderHop => (providerHops as readonly string[]).includes(hop);

/**
 * Splits the time between sending and answer into the network and what the provider reports. A provider who says that
 * he took longer than the whole is not believed.
 */
export function splitRemote(ms: number, report: Report): Hop[] {
  const theirs = (report ?? []).reduce((sum, hop) => sum + hop.ms, 0);
  if (!report || report.length === 0 || theirs > ms) return [{ hop: 'remote', ms }];
  return [
    { hop: 'network', ms: microseconds(ms - theirs) },
    ...report.map((hop) => ({ hop: FAR[hop.hop], ms: hop.ms })),
  ];
}

/** Milliseconds to three digits: what durations are kept with. */
export const microseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Who is at fault where it is none of the hops: the client that called it off. */
export type FailingHop = HopName | 'client';

/** Where each documented failure comes from; `tool` and its kin are the provider's where the call went to one. */
const OF_CODE = {
  'relay.unreachable': 'connect',
  'relay.timeout': 'tool',
  'relay.cancelled': 'client',
  'relay.not_approved': 'check',
  'relay.tool_changed': 'check',
  'relay.no_such_tool': 'peerCheck',
  'relay.invalid_arguments': 'check',
  'relay.invalid_result': 'verify',
  'relay.bad_schema': 'check',
  'relay.too_large': 'tool',
  'relay.busy': 'queue',
  'relay.rate_limited': 'queue',
  'relay.too_late': 'queue',
  'relay.paused': 'peerCheck',
  'relay.key_reused': 'peerCheck',
  'relay.seal_required': 'peerCheck',
  'relay.seal_refused': 'check',
  'relay.seal_unknown': 'peerCheck',
  'relay.seal_broken': 'remote',
  'relay.malformed': 'remote',
  'access.blocked': 'peerCheck',
  'access.not_shared': 'peerCheck',
  'access.not_listed': 'peerCheck',
  'access.not_known': 'peerCheck',
  'access.tool_not_shared': 'peerCheck',
  'access.not_granted': 'peerCheck',
  'access.grant_expired': 'peerCheck',
  'access.grant_revoked': 'peerCheck',
  'access.grant_spent': 'peerCheck',
  'access.grant_arguments': 'peerCheck',
  'access.bad_chain': 'peerCheck',
  'access.chain_expired': 'peerCheck',
  'access.branch_cut': 'peerCheck',
} as const satisfies Record<RelayErrorCode, FailingHop>;

/** Codes of other slices that a call can end with: the longest beginning that fits decides. */
const OF_PREFIX: ReadonlyArray<[prefix: string, hop: FailingHop]> = [
  ['servers.busy', 'queue'],
  ['servers.cancelled', 'client'],
  ['servers.timeout', 'tool'],
  ['servers.too_large', 'tool'],
  ['servers.protocol', 'tool'],
  ['servers.exited', 'tool'],
  ['servers.http_error', 'tool'],
  ['servers.', 'start'],
  ['mcp.', 'tool'],
  ['p2p.unreachable', 'connect'],
  ['p2p.cancelled', 'client'],
  ['p2p.', 'network'],
  ['access.', 'peerCheck'],
  ['registry.', 'check'],
  ['endpoint.', 'endpoint'],
  ['internal', 'check'],
];

const FARTHER: Partial<Record<FailingHop, FailingHop>> = FAR;
const NEARER: Partial<Record<FailingHop, FailingHop>> = { peerCheck: 'check' };
/** Judged before anything is sent, whichever way the call goes. */
const ALWAYS_HERE: ReadonlySet<string> = new Set([
  'relay.not_approved',
  'relay.tool_changed',
  'relay.invalid_arguments',
  'relay.bad_schema',
]);

export interface FailedCall {
  direction: 'local' | 'outgoing' | 'incoming';
  /** Absent where the tool itself reported an error. */
  code?: string | undefined;
  /** As far as the call came; the last one was under way. */
  hops?: readonly Hop[] | undefined;
}

/** The hop at which a failed call failed. Every code has one: of an unknown code it is where the call stood. */
export function failingHop({ code, direction, hops }: FailedCall): FailingHop {
  const last = hops?.at(-1)?.hop;
  if (code === undefined) return direction === 'outgoing' ? 'peerTool' : 'tool';
  // Silence says nothing of its own reason; where the call stood does.
  if (code === 'relay.timeout' && last !== undefined) return last;
  const hop = hopOfCode(code) ?? last ?? 'check';
  if (direction !== 'outgoing') return NEARER[hop] ?? (hop === 'remote' ? 'check' : hop);
  return ALWAYS_HERE.has(code) || hop === 'check' ? hop : (FARTHER[hop] ?? hop);
}

function hopOfCode(code: string): FailingHop | undefined {
  if (Object.hasOwn(OF_CODE, code)) return OF_CODE[code as RelayErrorCode];
  return OF_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1];
}
