/**
 * A small internet of network namespaces: a public place in the middle, and two hosts, each behind a router of its own.
 * Nothing in it reaches the machine's own network. Needs root, iproute2 and nftables.
 *
 *     a 192.168.12.2 ── router ── 203.0.113.2 ──┐
 *                                  pub 203.0.113.1
 *     b 192.168.13.2 ── router ── 203.0.113.3 ──┘
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';

/**
 * - `cone`: keeps the source port, lets in who was written to; most home routers.
 * - `symmetric`: another outside port for each destination; many mobile and office networks.
 * - `udp-blocked`: as `cone`, but no UDP passes.
 * - `open`: no NAT at all.
 */
export type NatKind = 'cone' | 'symmetric' | 'udp-blocked' | 'open';
export type Place = 'pub' | 'a' | 'b';

export interface Lab {
  /** Starts a program in one place; it talks through its standard streams. */
  run(place: Place, command: string, args: readonly string[]): ChildProcess;
  /** Ends what runs inside and takes everything down. */
  close(): void;
}

const NET = '203.0.113';
export const PUBLIC_IP = `${NET}.1`;
const PLACES = ['pub', 'ra', 'rb', 'a', 'b'] as const;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });

/** Why no lab can be built here; undefined where it can. */
export function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `tsprobe${process.pid}`;
  try {
    ip('netns', 'add', name);
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'tables'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `namespaces or nftables are not to be had (${String((error as Error).message).split('\n')[0]})`;
  } finally {
    removePlace(name);
  }
}

/** @param prefix of the namespaces' names, up to 9 characters; ours alone are ever touched. */
export function createLab(prefix: string, kinds: { a: NatKind; b: NatKind }): Lab {
  const nameOf = (place: (typeof PLACES)[number]) => `${prefix}-${place}`;
  const close = () => PLACES.forEach((place) => removePlace(nameOf(place)));
  const inside = (place: (typeof PLACES)[number], ...args: string[]) => ip('-n', nameOf(place), ...args);

  function link(
    from: (typeof PLACES)[number],
    end: string,
    to: (typeof PLACES)[number],
    other: string,
  ): void {
    ip('link', 'add', end, 'netns', nameOf(from), 'type', 'veth', 'peer', 'name', other, 'netns', nameOf(to));
    inside(from, 'link', 'set', end, 'up');
    inside(to, 'link', 'set', other, 'up');
  }

  function attach(host: 'a' | 'b', kind: NatKind): void {
    const number = host === 'a' ? 2 : 3;
    if (kind === 'open') attachOpen(host, number);
    else attachBehind(host, host === 'a' ? 'ra' : 'rb', kind, number);
    inside('pub', 'link', 'set', `to-${host}`, 'master', 'br0');
  }

  function attachOpen(host: 'a' | 'b', number: number): void {
    link(host, 'eth0', 'pub', `to-${host}`);
    inside(host, 'addr', 'add', `${NET}.1${number}/24`, 'dev', 'eth0');
    inside(host, 'route', 'add', 'default', 'via', PUBLIC_IP);
  }

  function attachBehind(host: 'a' | 'b', router: 'ra' | 'rb', kind: NatKind, number: number): void {
    const lan = `192.168.1${number}`;
    link(router, 'wan', 'pub', `to-${host}`);
    link(host, 'eth0', router, 'lan');
    inside(router, 'addr', 'add', `${NET}.${number}/24`, 'dev', 'wan');
    inside(router, 'addr', 'add', `${lan}.1/24`, 'dev', 'lan');
    inside(host, 'addr', 'add', `${lan}.2/24`, 'dev', 'eth0');
    inside(host, 'route', 'add', 'default', 'via', `${lan}.1`);
    const execute = ['netns', 'exec', nameOf(router)];
    ip(...execute, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    execFileSync('ip', [...execute, 'nft', '-f', '-'], {
      input: rulesOf(kind),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  try {
    for (const place of PLACES) {
      ip('netns', 'add', nameOf(place));
      inside(place, 'link', 'set', 'lo', 'up');
    }
    inside('pub', 'link', 'add', 'br0', 'type', 'bridge');
    inside('pub', 'addr', 'add', `${PUBLIC_IP}/24`, 'dev', 'br0');
    inside('pub', 'link', 'set', 'br0', 'up');
    attach('a', kinds.a);
    attach('b', kinds.b);
  } catch (error) {
    close();
    throw error;
  }
  return {
    run: (place, command, args) =>
      spawn('ip', ['netns', 'exec', nameOf(place), command, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }),
    close,
  };
}

/**
 * What is new from outside is dropped before connection tracking takes note of it: a packet that arrives early would
 * otherwise occupy the very port that the host behind the router is about to be given.
 */
const rulesOf = (kind: NatKind): string => `
table ip lab {
  chain outward { type nat hook postrouting priority srcnat; oifname "wan" masquerade ${kind === 'symmetric' ? 'random,fully-random' : ''}; }
  chain inward { type nat hook prerouting priority dstnat; }
  chain passing {
    type filter hook forward priority filter; policy drop;
    ${kind === 'udp-blocked' ? 'meta l4proto udp drop' : ''}
    ct state established,related accept
    iifname "lan" accept
  }
  chain to_router { type filter hook input priority filter; policy accept; iifname "wan" ct state new drop; }
}`;

/** Ends what runs in a namespace, then the namespace. */
function removePlace(name: string): void {
  try {
    const pids = ip('netns', 'pids', name).split('\n').filter(Boolean).map(Number);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    ip('netns', 'del', name);
  } catch (error) {
    // It was never made, or has gone together with what ran in it.
    if (!(error instanceof Error)) throw error;
  }
}
