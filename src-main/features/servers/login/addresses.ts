/** Which addresses a server may make us talk to on its behalf (server-side request forgery). Pure. */
import { BlockList, isIP } from 'node:net';

/** How far an address reaches: `public` ones are everybody's, `loopback` ones this machine's. */
export type Reach = 'public' | 'private' | 'loopback';

const RANK: Readonly<Record<Reach, number>> = { public: 0, private: 1, loopback: 2 };

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Networks of one's own, link-local ones (where clouds keep their secrets), and what is no ordinary address at all. */
const inner = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(network, prefix, 'ipv6');

/** @param address an IP address as DNS gives it. Throws nothing: what is no address counts as `private`. */
export function reachOf(address: string): Reach {
  const family = isIP(address);
  if (family === 0) return 'private';
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (loopback.check(address, kind)) return 'loopback';
  return inner.check(address, kind) ? 'private' : 'public';
}

/** A server in the open may not send us into this network; one in this network may send us anywhere. */
export const mayReach = (server: Reach, target: Reach): boolean => RANK[target] <= RANK[server];

/** What a server with these addresses counts as: whoever adds an inner one to his public name has gained nothing. */
export const mostPublic = (reaches: readonly Reach[]): Reach =>
  reaches.length === 0
    ? 'public'
    : reaches.reduce((most, reach) => (RANK[reach] < RANK[most] ? reach : most));

/** The host of a URL as an IP address, where it is one. */
export const literalAddress = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) ? host : undefined;
};

/** Plain HTTP is for this machine alone. */
export const isLoopbackHost = (url: URL): boolean => {
  const literal = literalAddress(url);
  return literal === undefined ? url.hostname === 'localhost' : reachOf(literal) === 'loopback';
};
