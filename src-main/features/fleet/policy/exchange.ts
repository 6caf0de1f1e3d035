/** Brings the policies of the provider's nodes together: by comparing when two meet, by telling when one changes. */
import {
  compareStamps,
  itemId,
  type PolicyItem,
  type PolicyKind,
  type Stamp,
} from '#shared/features/fleet/policy-items.ts';
import {
  MAX_POLICY_MESSAGE,
  PAGE_BYTES,
  POLICY_PROTOCOL,
  type PolicyAnswer,
  policyAnswerSchema,
  type PolicyRequest,
  policyRequestSchema,
} from '#shared/features/fleet/policy-messages.ts';
import { decodeFleet, encodeFleet } from '#shared/features/fleet/messages.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';
import type { Networks, PeerInfo } from '../../p2p/index.ts';
import type { Policy, PolicySource } from './policy.ts';
import type { PolicyStore } from './store.ts';

const ASK_TIMEOUT_MS = 30_000;
/** Changes that come together are told together. */
const TELL_AFTER_MS = 200;
/** Rounds of one comparison; each brings about a megabyte. */
const MAX_ROUNDS = 32;

export interface PolicyExchange {
  start(): Closeable;
  /** Sharing was switched on or off. */
  switched(): void;
  /** When each connected node was last found to hold the same. */
  synced(): ReadonlyMap<PeerId, number>;
}

export interface PolicyExchangeDeps {
  clock: Clock;
  log: Log;
  network: Networks;
  policy: Policy;
  store: PolicyStore;
  sources: readonly PolicySource[];
  isOn(): boolean;
  /** Connected nodes of this provider. */
  peers(): PeerInfo[];
  isOwn(peer: PeerInfo): boolean;
  onChanged(): void;
}

export function createPolicyExchange(deps: PolicyExchangeDeps): PolicyExchange {
  const { clock, isOn, log, network, policy, store } = deps;
  const synced = new Map<PeerId, number>();
  let telling: Timer | undefined;
  const dirty = new Set<PolicyKind>();

  const ask = async (peer: PeerInfo, request: PolicyRequest): Promise<PolicyAnswer> => {
    const call = network.call(peer.peerId, POLICY_PROTOCOL, encodeFleet(request), {
      timeoutMs: ASK_TIMEOUT_MS,
      maxResponseBytes: MAX_POLICY_MESSAGE,
      network: peer.network,
    });
    return decodeFleet(policyAnswerSchema, await call.response, MAX_POLICY_MESSAGE);
  };

  /** Until neither has anything later than the other. */
  async function compare(peer: PeerInfo): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { items, more, wanted } = await ask(peer, { t: 'compare', stamps: store.all().map(stampOf) });
      const taken = policy.receive(items);
      for (const page of pagesOf(wanted.flatMap((id) => store.byId(toHex(id)) ?? [])))
        await ask(peer, { t: 'push', items: page.map(({ bytes }) => bytes) });
      if (taken.length > 0) told(taken, peer.peerId);
      if (!more) break;
    }
    synced.set(peer.peerId, clock.now());
    deps.onChanged();
  }

  /** What came new from one node goes on to the others, which may not be connected to it. */
  function told(items: readonly PolicyItem[], from?: PeerId): void {
    for (const peer of deps.peers()) {
      if (peer.peerId === from) continue;
      for (const page of pagesOf(items))
        quietly(peer, ask(peer, { t: 'push', items: page.map(({ bytes }) => bytes) }));
    }
    if (from !== undefined) deps.onChanged();
  }

  function quietly(peer: PeerInfo, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      // A node that does not share its policy says so; whatever is missed is compared at the next meeting.
      log.debug({ peer: peer.peerId, error: String(error) }, 'a node did not take the shared policy');
    });
  }

  function answer(request: PolicyRequest, peer: PeerInfo): PolicyAnswer {
    if (request.t === 'push') {
      const taken = policy.receive(request.items);
      if (taken.length > 0) told(taken, peer.peerId);
      return { items: [], more: false, wanted: [] };
    }
    const theirs = new Map(
      request.stamps.map(([id, at, count, node]) => [toHex(id), { id, stamp: { at, count, node } }]),
    );
    const later = store.all().filter((item) => {
      const known = theirs.get(toHex(itemId(item)));
      return !known || compareStamps(item, known.stamp) > 0;
    });
    const [page = [], ...rest] = pagesOf(later);
    const wanted = [...theirs.values()].filter(({ id, stamp }) => {
      const own = store.byId(toHex(id));
      return !own || compareStamps(stamp, own) > 0;
    });
    return {
      items: page.map(({ bytes }) => bytes),
      more: rest.length > 0,
      wanted: wanted.map(({ id }) => id),
    };
  }

  function serve(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    if (!deps.isOwn(peer) || !isOn()) throw notShared();
    return encodeFleet(answer(decodeFleet(policyRequestSchema, payload, MAX_POLICY_MESSAGE), peer));
  }

  function captureSoon(kind: PolicyKind): void {
    if (!isOn()) return;
    dirty.add(kind);
    telling ??= clock.after(TELL_AFTER_MS, () => {
      telling = undefined;
      const kinds = new Set(dirty);
      dirty.clear();
      const said = isOn() ? policy.capture({ kinds }) : [];
      if (said.length === 0) return;
      told(said);
      deps.onChanged();
    });
  }

  /** What the node brings along, then what the others have. */
  function begin(): void {
    if (!isOn()) return;
    policy.capture({ isOld: store.latest() === undefined });
    policy.recount();
    for (const peer of deps.peers()) quietly(peer, compare(peer));
  }

  return {
    synced: () => synced,
    switched() {
      synced.clear();
      begin();
      deps.onChanged();
    },
    start() {
      const owned = createDisposableStore();
      owned.add(network.serve(POLICY_PROTOCOL, (payload, { peer }) => serve(payload, peer)));
      for (const source of deps.sources) owned.defer(source.subscribe(() => captureSoon(source.kind)));
      owned.defer(
        network.on('peerConnected', (peer) => {
          if (isOn() && deps.isOwn(peer)) quietly(peer, compare(peer));
        }),
      );
      owned.defer(network.on('peerDisconnected', ({ peerId }) => void synced.delete(peerId)));
      owned.defer(() => telling?.cancel());
      begin();
      return owned;
    },
  };
}

const stampOf = (item: PolicyItem & Stamp): [Uint8Array, number, number, string] => [
  itemId(item),
  item.at,
  item.count,
  item.node,
];

/** In parts that fit a message, in their order. */
function pagesOf(items: readonly PolicyItem[]): PolicyItem[][] {
  const pages: PolicyItem[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (size + item.bytes.length > PAGE_BYTES) {
      pages.push([]);
      size = 0;
    }
    pages.at(-1)?.push(item);
    size += item.bytes.length;
  }
  return pages;
}

const notShared = (): AppError =>
  new AppError('fleet.policy_off', 'This node does not share its policy with other nodes.', {
    advice: 'Switch it on there: Network › Nodes › One policy, or `toolswarm fleet policy on`.',
  });
