/**
 * Which addresses a node dials because somebody else named them. What the index and peers say about third nodes is hearsay:
 * believed without bounds, it would let any stranger knock at doors inside this node's own network. Pure text rules.
 */
import { hostOf, reachOf } from './addresses.ts';

/** Whether addresses from hearsay are dialled where they lead inward. `auto`: only in private networks. */
export type PrivateAddresses = 'auto' | 'always';

/** Why an address is not dialled: it is inside, it is a name that its owner can point anywhere, or nothing we know. */
export const REFUSALS = ['inner', 'name', 'unknown'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Parts of a multiaddr with a value behind them, and without. Anything else could hide a way inward. */
const VALUED = new Set(['ip4', 'ip6', 'tcp', 'udp', 'p2p', 'certhash']);
const BARE = new Set(['p2p-circuit', 'webrtc', 'webrtc-direct', 'quic', 'quic-v1', 'webtransport']);
const NAMES = new Set(['dns', 'dns4', 'dns6', 'dnsaddr']);

/**
 * Why a multiaddr that was not vouched for is not dialled; undefined where it is. Every host in it must be of the public
 * internet, the relay's included; a relay named by its id alone is judged by its own addresses.
 */
export function refusalOf(address: string): Refusal | undefined {
  const parts = address.split('/').slice(1);
  const [first = ''] = parts;
  let refusal: Refusal | undefined = isBeginning(parts) || NAMES.has(first) ? undefined : 'unknown';
  for (let i = 0; i < parts.length && !refusal; i++) {
    const name = parts[i] as string;
    if (NAMES.has(name)) refusal = 'name';
    else if (VALUED.has(name)) refusal = refusalOfValue(name, parts[++i] ?? '');
    else if (!BARE.has(name)) refusal = 'unknown';
  }
  return refusal;
}

/** A host, or a relay by its id. */
const isBeginning = ([first, , third]: readonly string[]): boolean =>
  first === 'ip4' || first === 'ip6' || (first === 'p2p' && third === 'p2p-circuit');

function refusalOfValue(name: string, value: string): Refusal | undefined {
  if (name === 'ip4') return isPublicIp4(value) ? undefined : 'inner';
  if (name === 'ip6') return isPublicIp6(value) ? undefined : 'inner';
  return undefined;
}

/** Whether an IPv4 or IPv6 address in text is of the public internet. False where it is no address at all. */
export const isPublicIp = (ip: string): boolean => (ip.includes(':') ? isPublicIp6(ip) : isPublicIp4(ip));

/** What IANA's registry of special purposes takes out of the public internet, and multicast and class E. */
const INNER_4: ReadonlyArray<readonly [string, number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Global unicast only. Within it: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
const GLOBAL_6 = ['2000::', 3] as const;
const INNER_6: ReadonlyArray<readonly [string, number]> = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function isPublicIp4(ip: string): boolean {
  const number = parseIp4(ip);
  return number !== undefined && !INNER_4.some(([base, bits]) => sameStart(number, ip4(base), 32, bits));
}

function isPublicIp6(ip: string): boolean {
  const number = parseIp6(ip);
  const within = ([base, bits]: readonly [string, number]) =>
    number !== undefined && sameStart(number, ip6(base), 128, bits);
  return within(GLOBAL_6) && !INNER_6.some(within);
}

const sameStart = (a: bigint, b: bigint, width: number, bits: number): boolean =>
  a >> BigInt(width - bits) === b >> BigInt(width - bits);

const ip4 = (text: string): bigint => parseIp4(text) ?? 0n;
const ip6 = (text: string): bigint => parseIp6(text) ?? 0n;

/** Four decimal numbers; the shorter, octal and hexadecimal forms that some systems take are none. */
function parseIp4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((number, part) => (number << 8n) | BigInt(part), 0n);
}

function parseIp6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((number, group) => (number << 16n) | BigInt(group), 0n);
}

/** Groups of 16 bits; one at the end may be an IPv4 address. Undefined where something else is among them. */
function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  for (const part of half.split(':')) {
    const embedded = part.includes('.') ? parseIp4(part) : undefined;
    if (embedded !== undefined) groups.push(Number(embedded >> 16n), Number(embedded & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** Where clouds keep a machine's credentials: no neighbour lives there. */
const METADATA = new Set(['169.254.169.254', 'fd00:ec2::254']);

/** Whether the local network's word is enough for this address: one of that network itself, met without a relay. */
export const isNeighbour = (address: string): boolean =>
  !address.includes('/p2p-circuit') && reachOf(address) === 'lan' && !METADATA.has(hostOf(address) ?? '');

/** Near before far, IPv6 before IPv4, relays last; in the order given where that does not decide. */
export const inDialOrder = (addresses: readonly string[]): string[] =>
  addresses.toSorted((a, b) => dialRank(a) - dialRank(b));

/** Of two addresses the one with the lower rank is dialled first. */
export function dialRank(address: string): number {
  if (address.includes('/p2p-circuit')) return 4;
  const reach = reachOf(address);
  // What a node says about its own loopback is seldom about this machine.
  if (reach === 'machine') return 3;
  if (reach === 'lan') return 0;
  return address.startsWith('/ip6/') ? 1 : 2;
}
