/** What a multiaddr tells about the way to a peer. Pure text rules: nothing is resolved or dialled. */
import { z } from 'zod';

// Pages draw by these rules before anything else: marked as pure, the schemas and their library stay out of the first load.

export const transportSchema = /* @__PURE__ */ z.enum([
  'tcp',
  'quic',
  'webrtc',
  'websocket',
  'webtransport',
  'other',
]);
export type Transport = z.output<typeof transportSchema>;

/** `lan`: private or loopback addresses; `relayed`: through a third node; `direct`: over the internet. */
export const pathKindSchema = /* @__PURE__ */ z.enum(['lan', 'direct', 'relayed']);
export type PathKind = z.output<typeof pathKindSchema>;

/** From where an address can be dialled: only from this machine, from the local network, or from anywhere. */
export const reachSchema = /* @__PURE__ */ z.enum(['machine', 'lan', 'internet']);
export type Reach = z.output<typeof reachSchema>;

/** Outermost protocol first: a WebSocket runs over TCP, WebTransport over QUIC. */
const TRANSPORTS: ReadonlyArray<[RegExp, Transport]> = [
  [/\/webrtc(-direct)?(\/|$)/, 'webrtc'],
  [/\/webtransport(\/|$)/, 'webtransport'],
  [/\/wss?(\/|$)/, 'websocket'],
  [/\/quic(-v1)?(\/|$)/, 'quic'],
  [/\/tcp\//, 'tcp'],
];

export const transportOf = (address: string): Transport =>
  TRANSPORTS.find(([pattern]) => pattern.test(address))?.[1] ?? 'other';

export const pathOf = (address: string): PathKind =>
  isRelayed(address) ? 'relayed' : reachOf(withoutRelay(address)) === 'internet' ? 'direct' : 'lan';

/** Whether a third node carries what is sent. WebRTC only meets through one: `…/p2p-circuit/webrtc/…` is direct. */
export const isRelayed = (address: string): boolean => /\/p2p-circuit(?!\/webrtc)/.test(address);

/** Of a direct connection that a relay arranged, what is behind the relay: where that is, is not told by the address. */
const withoutRelay = (address: string): string => address.replace(/^.*\/p2p-circuit(?=\/webrtc)/, '');

/** The host of an address: an IP or a name. */
export const hostOf = (address: string): string | undefined =>
  /^\/(?:ip4|ip6|dns|dns4|dns6|dnsaddr)\/([^/]+)/.exec(address)?.[1];

/** The first port of an address. */
export function portOf(address: string): number | undefined {
  const port = /^\/[^/]+\/[^/]+\/(?:tcp|udp)\/(\d{1,5})(?:\/|$)/.exec(address)?.[1];
  return port !== undefined && Number(port) <= 65_535 ? Number(port) : undefined;
}

export function reachOf(address: string): Reach {
  const host = hostOf(address);
  if (host === undefined || !/^\/ip[46]\//.test(address)) return 'internet';
  return reachOfIp(host);
}

/** Of an IPv4 or IPv6 address in text. */
export function reachOfIp(ip: string): Reach {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  const text = mapped ?? ip.toLowerCase().replace(/%.*$/, '');
  const ranges = text.includes(':') ? RANGES_6 : RANGES_4;
  return ranges.find(([pattern]) => pattern.test(text))?.[1] ?? 'internet';
}

const RANGES_4: ReadonlyArray<[RegExp, Reach]> = [
  [/^(127|0)\./, 'machine'],
  [/^10\./, 'lan'],
  [/^192\.168\./, 'lan'],
  [/^172\.(1[6-9]|2\d|3[01])\./, 'lan'],
  [/^169\.254\./, 'lan'],
  // Shared address space behind a provider's own NAT.
  [/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, 'lan'],
];
const RANGES_6: ReadonlyArray<[RegExp, Reach]> = [
  [/^::1?$/, 'machine'],
  [/^fe[89ab]/, 'lan'],
  [/^f[cd]/, 'lan'],
];

/** Whether an address belongs to the space that providers share among customers behind one NAT (RFC 6598). */
export const isCarrierShared = (ip: string): boolean => /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(ip);

const REACHES: readonly Reach[] = ['internet', 'lan', 'machine'];

/** Farthest reach first, otherwise in the order given. */
export const byReach = (addresses: readonly string[]): string[] =>
  addresses.toSorted((a, b) => REACHES.indexOf(reachOf(a)) - REACHES.indexOf(reachOf(b)));

/** The farthest reach among addresses; `machine` where there are none. */
export const farthestReach = (addresses: readonly string[]): Reach =>
  REACHES.find((reach) => addresses.some((address) => reachOf(address) === reach)) ?? 'machine';

/** The address without its `/p2p/<peer>` end. */
export const withoutPeer = (address: string): string => address.replace(/\/p2p\/[1-9A-HJ-NP-Za-km-z]+$/, '');
