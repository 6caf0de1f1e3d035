/**
 * A small internet of network namespaces: a public place in the middle, and two hosts, each behind a router of its own.
 * Nothing in it reaches the machine's own network. Needs root, iproute2 and nftables.
 *
 *     a 192.168.12.2 ── router ── 203.0.113.2 ──┐
 *                                  pub 203.0.113.1
 *     b 192.168.13.2 ── router ── 203.0.113.3 ──┘
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * - `cone`: keeps the source port, lets in who was written to; most home routers.
 * - `symmetric`: another outside port for each destination; many mobile and office networks.
 * - `udp-blocked`: as `cone`, but no UDP passes.
 * - `open`: no NAT at all.
 * - `mapping`: as `cone`, and hosts can have ports opened; needs {@link Lab.serveMappings}.
 */
export type NatKind = 'cone' | 'symmetric' | 'udp-blocked' | 'open' | 'mapping';
export type Place = 'pub' | 'a' | 'b';
/** What the router in front of `a` understands. */
export type MappingKind = 'upnp' | 'pmp';

export interface Lab {
  /** Starts a program in one place; it talks through its standard streams. */
  run(place: Place, command: string, args: readonly string[]): ChildProcess;
  /** Runs miniupnpd on the router in front of `a`, whose kind is `mapping`. Ends with the lab. */
  serveMappings(kind: MappingKind): Promise<void>;
  /** The rules by which the router in front of `a` lets others in, as nftables prints them. */
  mappings(): string;
  /** Ends what runs inside and takes everything down. */
  close(): void;
}

/** For documentation; miniupnpd takes none of those for the internet, so that its labs are given another one. */
const DOCUMENTATION = '203.0.113';
/** Of the internet by its number; in the lab's namespaces it leads nowhere else. */
export const ROUTABLE = '11.22.33';
export const PUBLIC_IP = `${DOCUMENTATION}.1`;
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
export function createLab(
  prefix: string,
  kinds: { a: NatKind; b: NatKind },
  { net = DOCUMENTATION }: { net?: string } = {},
): Lab {
  const publicIp = `${net}.1`;
  const folders: string[] = [];
  const nameOf = (place: (typeof PLACES)[number]) => `${prefix}-${place}`;
  const close = () => {
    PLACES.forEach((place) => removePlace(nameOf(place)));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  };
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
    inside(host, 'addr', 'add', `${net}.1${number}/24`, 'dev', 'eth0');
    inside(host, 'route', 'add', 'default', 'via', publicIp);
  }

  function attachBehind(host: 'a' | 'b', router: 'ra' | 'rb', kind: NatKind, number: number): void {
    const lan = `192.168.1${number}`;
    link(router, 'wan', 'pub', `to-${host}`);
    link(host, 'eth0', router, 'lan');
    inside(router, 'addr', 'add', `${net}.${number}/24`, 'dev', 'wan');
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
    inside('pub', 'addr', 'add', `${publicIp}/24`, 'dev', 'br0');
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
    async serveMappings(kind) {
      const folder = mkdtempSync(join(tmpdir(), 'nat-lab-'));
      folders.push(folder);
      const config = join(folder, 'miniupnpd.conf');
      writeFileSync(config, miniupnpdConfig(kind, nameOf('ra')));
      const child = spawn(
        'ip',
        ['netns', 'exec', nameOf('ra'), 'miniupnpd', '-d', '-f', config, '-P', join(folder, 'pid')],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      await spoken(child, /listening on port|Listening for/i);
    },
    mappings: () =>
      ip('netns', 'exec', nameOf('ra'), 'nft', 'list', 'chain', 'inet', 'miniupnpd', 'prerouting_miniupnpd'),
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
    ${kind === 'mapping' ? 'ct status dnat accept' : ''}
  }
  chain to_router { type filter hook input priority filter; policy accept; iifname "wan" ct state new drop; }
}
${kind === 'mapping' ? MAPPING_CHAINS : ''}`;

/** Into these miniupnpd writes what hosts ask for. */
const MAPPING_CHAINS = `
table inet miniupnpd {
  chain forward { type filter hook forward priority 10; policy accept; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}`;

/** The identifier has to be one of its own: without it the daemon refuses to start. */
const miniupnpdConfig = (kind: MappingKind, serial: string): string => `
ext_ifname=wan
listening_ip=lan
port=0
enable_upnp=${kind === 'upnp' ? 'yes' : 'no'}
enable_natpmp=${kind === 'pmp' ? 'yes' : 'no'}
upnp_table_name=miniupnpd
upnp_nat_table_name=miniupnpd
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
secure_mode=yes
system_uptime=yes
serial=${serial}
uuid=5a2f1c5e-6a0e-4bb5-9d6f-1f5a0c6b7d11
allow 1024-65535 192.168.0.0/16 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`;

/** Waits until a program has written a line like this; rejects with all it wrote where it ends before. */
const spoken = (child: ChildProcess, line: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (line.test(said)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the program ended: ${said}`)));
  });

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
