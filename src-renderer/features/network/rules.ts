/** Pure decisions of the network pages: what is shown of peers, and where on the map. */
import type { PeerView } from '#shared/features/p2p/contract.ts';
import type { DoctorCode } from '#shared/features/p2p/doctor.ts';

export const views = ['map', 'peers', 'nodes', 'doctor', 'protocol', 'self'] as const;
export type View = (typeof views)[number];
export const viewOf = (part: string | undefined): View => views.find((view) => view === part) ?? 'map';

export const pathKinds = ['lan', 'direct', 'relayed', 'away'] as const;
export type ShownPath = (typeof pathKinds)[number];

export const shownPath = (peer: Pick<PeerView, 'connected' | 'path'>): ShownPath =>
  peer.connected ? (peer.path ?? 'direct') : 'away';

export function countPaths(peers: readonly PeerView[]): Record<ShownPath, number> {
  const counts = { lan: 0, direct: 0, relayed: 0, away: 0 };
  for (const peer of peers) counts[shownPath(peer)]++;
  return counts;
}

export const standings = ['all', 'connected', 'known', 'away', 'blocked'] as const;
export type Standing = (typeof standings)[number];

const fits: Record<Standing, (peer: PeerView) => boolean> = {
  all: () => true,
  connected: (peer) => peer.connected,
  known: (peer) => peer.known && !peer.blocked,
  away: (peer) => !peer.connected && !peer.blocked,
  blocked: (peer) => peer.blocked,
};

/** Peers that are met in a network; `any`: all, also those that are away. */
export const inNetwork = (peers: readonly PeerView[], network: string): readonly PeerView[] =>
  network === 'any' ? peers : peers.filter((peer) => peer.networks?.includes(network));

/** Signs for as many networks as a node can be in. */
const MARKS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
export type NetworkMarkOf = (typeof MARKS)[number];

export interface MarkedNetwork {
  id: string;
  name: string;
  mark: NetworkMarkOf;
}

/** A sign for each network, in the order of the list. Nobody needs one where there is only one network. */
export const markedNetworks = (networks: ReadonlyArray<{ id: string; name: string }>): MarkedNetwork[] =>
  networks.length < 2
    ? []
    : networks.flatMap(({ id, name }, index) => {
        const mark = MARKS[index];
        return mark === undefined ? [] : { id, name, mark };
      });

/** Those in which a peer is met. */
export const networksOfPeer = (
  marked: readonly MarkedNetwork[],
  { networks = [] }: Pick<PeerView, 'networks'>,
): MarkedNetwork[] => marked.filter(({ id }) => networks.includes(id));

/** Peers of that standing whose name, ids, program or addresses hold the text. */
export function filterPeers(peers: readonly PeerView[], standing: Standing, text: string): PeerView[] {
  const wanted = text.trim().toLowerCase();
  return peers.filter(
    (peer) =>
      fits[standing](peer) &&
      [peer.displayName, peer.providerId, peer.peerId, peer.agent, ...peer.addresses].some((part) =>
        part?.toLowerCase().includes(wanted),
      ),
  );
}

export const sortColumns = ['peer', 'path', 'latency', 'tools', 'agent'] as const;
export type SortColumn = (typeof sortColumns)[number];

/** What cannot be compared (an unmeasured round trip, say) comes last, whichever way is sorted. */
export function sortPeers(peers: readonly PeerView[], column: SortColumn, descending: boolean): PeerView[] {
  const value = (peer: PeerView): string | number | undefined => {
    if (column === 'peer') return peer.displayName || undefined;
    if (column === 'path') return pathKinds.indexOf(shownPath(peer));
    if (column === 'latency') return peer.connected ? peer.latencyMs : undefined;
    return peer[column];
  };
  return peers.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right));
    return descending ? -order : order;
  });
}

/** Peers drawn at most; each has a button of its own on the map. The rest is in the table. */
export const MAX_DRAWN = 150;

/** Those that the map shows: connected ones first, blocked ones never. */
export const drawnPeers = (peers: readonly PeerView[]): PeerView[] =>
  peers
    .filter((peer) => !peer.blocked)
    .toSorted(
      (a, b) =>
        Number(b.connected) - Number(a.connected) ||
        Number(b.known) - Number(a.known) ||
        a.peerId.localeCompare(b.peerId),
    )
    .slice(0, MAX_DRAWN);

export interface Place {
  x: number;
  y: number;
}

/** Rings around this node: the nearer the path, the nearer the ring. */
const RINGS: Record<ShownPath, number> = { lan: 0.5, direct: 0.8, relayed: 1.1, away: 1.4 };
/** Turns each peer by this share of a circle, so that neighbours in the list do not lie on one line. */
const GOLDEN_TURN = 0.381966;

/** Where each peer lies before forces move them apart. The same peers always lie alike: a map is no kaleidoscope. */
export function firstPlaces(
  peers: ReadonlyArray<Pick<PeerView, 'peerId' | 'connected' | 'path'>>,
): Map<string, Place> {
  const places = new Map<string, Place>();
  peers.forEach((peer, index) => {
    const angle = 2 * Math.PI * ((index * GOLDEN_TURN) % 1);
    const radius = RINGS[shownPath(peer)];
    places.set(peer.peerId, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
  });
  return places;
}

/** Findings that say what to do; the others are in order, or nobody's fault. */
export const mendable = [
  'keys.unreadable',
  'disk.low',
  'disk.full',
  'endpoint.silent',
  'listening.none',
  'listening.machineOnly',
  'ports.closed',
  'lan.silent',
  'names.broken',
  'bootstrap.some',
  'bootstrap.silent',
  'peers.none',
  'paths.relayed',
  'versions.older',
  'versions.newer',
  'clock.wrong',
  'nat.carrier',
  'udp.blocked',
  'udp.symmetric',
  'mapping.double',
  'mapping.refused',
  'mapping.silent',
  'relays.none',
  'outside.closed',
  'firewall.linux',
  'firewall.darwin',
  'firewall.windows',
] as const satisfies readonly DoctorCode[];
export type MendableCode = (typeof mendable)[number];
export const isMendable = (code: DoctorCode): code is MendableCode =>
  (mendable as readonly DoctorCode[]).includes(code);

/** Whether what a person typed is the address of a node rather than an invitation. */
export const isAddress = (text: string): boolean => text.trim().startsWith('/');
