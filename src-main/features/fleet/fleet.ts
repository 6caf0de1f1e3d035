/** The nodes of this provider in one view, and the commands over them. */
import type {
  Fleet,
  FleetNode,
  FleetPolicy,
  FleetUsage,
  fleetContract,
} from '#shared/features/fleet/contract.ts';
import {
  decodeFleet,
  encodeFleet,
  type FleetFacts,
  JOIN_PROTOCOL,
  joinRequestSchema,
  type Welcome,
} from '#shared/features/fleet/messages.ts';
import type { UsageAnswer } from '#shared/features/metrics/usage.ts';
import { mergeUsage } from '#shared/features/fleet/usage.ts';
import { isRemoved } from '#shared/features/identity/node-list.ts';
import { readCertificate } from '#shared/features/identity/rules.ts';
import { byReach, farthestReach } from '#shared/features/p2p/addresses.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { peerKeyOf, type PeerId, type ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Identity } from '../identity/index.ts';
import type { Networks, PeerInfo } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import { createGuest } from './guest.ts';
import { createHostDesk } from './host-desk.ts';
import { createNotices } from './notices.ts';
import { createPolicyExchange } from './policy/exchange.ts';
import { createPolicy, type PolicySource } from './policy/policy.ts';
import { createPolicyStore } from './policy/store.ts';
import { createOwnNodes, type OwnNodes, type UsageQuery } from './own-nodes.ts';

/** How often the nodes are asked how they are while somebody looks. */
const LOOK_MS = 10_000;

export interface FleetDeps {
  db: Database;
  clock: Clock;
  random: Random;
  log: Log;
  verify: Verify;
  identity: Identity;
  network: Networks;
  records: Records;
  certified(certificate: Uint8Array): { providerId: ProviderId; peerId: PeerId; nodePublicKey: Uint8Array };
}

export interface FleetOptions {
  facts(): FleetFacts;
  usage(query: UsageQuery): UsageAnswer;
  /** What this node published as the provider it was ends, before it serves another. */
  beforeMoving(): Promise<void>;
  /** What is one policy for all nodes, where the operator wants that. */
  policy: { sources: readonly PolicySource[]; isOn(): boolean; setOn(on: boolean): void };
}

export interface FleetEvents {
  changed: object;
}

export interface FleetSlice extends EventSource<FleetEvents> {
  handlers: Handlers<typeof fleetContract>;
  list(): Fleet;
  /** Whether a node of this provider is in its list, or the provider has none. */
  isMember(peerId: PeerId): boolean;
  ownNodes: Pick<OwnNodes, 'peers' | 'usage'>;
  start(): Closeable;
}

export function createFleet(deps: FleetDeps, options: FleetOptions): FleetSlice {
  const { clock, identity, log, network, random, records } = deps;
  const events = createEmitter<FleetEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const onChanged = () => events.emit('changed', {});
  const name = () => identity.view().profile.displayName;
  const { peerId: self } = identity.self();

  const desk = createHostDesk({
    clock,
    random,
    self: () => ({ peerId: self, name: name() }),
    addresses: () => usefulAddresses(network.addresses()),
    onOpened: (key) => void inIndex('found', network.provide(key)),
    onClosed: (key) => void inIndex('forgotten', network.withdraw(key)),
    onChanged,
  });
  const adopt = async ({ certificate, list, name: displayName }: Welcome) => {
    const { providerId } = identity.self();
    const moves =
      identity.currentProvider(readNow(certificate).providerId) !== identity.currentProvider(providerId);
    if (moves) await options.beforeMoving();
    identity.adopt({ certificate, list, displayName });
  };
  const guest = createGuest({ clock, network, log, self, adopt, onChanged });
  const nodes = createOwnNodes({
    ...{ clock, identity, log, network },
    ownFacts: options.facts,
    ownUsage: options.usage,
    certificate: () => readNow(identity.certificate()),
    adopt,
    onChanged,
  });
  const notices = createNotices(deps);
  const store = createPolicyStore(deps.db);
  const isOwn = (peer: PeerInfo) => peer.providerId === identity.currentProvider(identity.self().providerId);
  const policy = createPolicy({
    ...{ clock, log, store, sources: options.policy.sources },
    self: { peerId: self, signer: identity.nodeSigner, certificate: () => identity.certificate() },
    reading: () => ({
      verify: deps.verify,
      provider: identity.currentProvider(identity.self().providerId),
      certified: deps.certified,
    }),
  });
  const sharing = createPolicyExchange({
    ...{ clock, log, network, policy, store, isOwn, onChanged },
    sources: options.policy.sources,
    isOn: options.policy.isOn,
    peers: () => nodes.peers(),
  });

  function readNow(bytes: Uint8Array) {
    const certificate = readCertificate(bytes, { now: clock.now(), verify: deps.verify });
    if (certificate.ok) return certificate.value;
    throw new AppError('identity.bad_certificate', `The certificate does not hold (${certificate.reason}).`);
  }

  /** The index only makes codes found without an address; where it fails, links and connected peers are left. */
  const inIndex = (what: string, work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => log.info({ what, error: String(error) }, 'the index did not take a code'));

  function list(): Fleet {
    const { displayName } = identity.view().profile;
    const { formerProvider, passphraseProtected, rootHere } = identity.view();
    const { providerId } = identity.self();
    const listed = identity.nodes(identity.currentProvider(providerId));
    const joining = guest.state();
    return {
      providerId,
      displayName,
      rootHere,
      passphraseProtected,
      formerProvider,
      removed: isRemoved(listed, readNow(identity.certificate())),
      nodes: viewsOf(),
      codes: desk.codes(),
      guests: desk.guests(),
      ...(joining ? { joining } : {}),
    };
  }

  function viewsOf(): FleetNode[] {
    const provider = identity.currentProvider(identity.self().providerId);
    const listed = new Map((identity.nodes(provider)?.nodes ?? []).map((node) => [node.peerId, node]));
    const connected = new Map(nodes.peers().map((peer) => [peer.peerId, peer]));
    const ids = new Set<PeerId>([self, ...listed.keys(), ...connected.keys()]);
    return [...ids]
      .map((peerId): FleetNode => {
        const { addedAt, label = '' } = listed.get(peerId) ?? {};
        const facts = peerId === self ? options.facts() : nodes.facts(peerId);
        return {
          peerId,
          label: label || (peerId === self ? name() : ''),
          self: peerId === self,
          listed: listed.has(peerId),
          ...(addedAt === undefined ? {} : { addedAt }),
          ...linkFacts(peerId, connected.get(peerId)),
          ...(facts ? { facts } : {}),
        };
      })
      .sort((a, b) => Number(b.self) - Number(a.self) || a.label.localeCompare(b.label));
  }

  function linkFacts(peerId: PeerId, peer: PeerInfo | undefined) {
    if (peerId === self || peer)
      return { connected: true, ...(peer?.latencyMs === undefined ? {} : { latencyMs: peer.latencyMs }) };
    const lastSeenAt = network.remembered.get(peerId)?.lastSeenAt;
    return { connected: false, ...(lastSeenAt === undefined ? {} : { lastSeenAt }) };
  }

  /** A guest's key is the one that its connection proved. */
  function welcome(peerId: PeerId, label: string, passphrase: string | undefined): Welcome {
    const signed = identity.addNode({ nodePublicKey: peerKeyOf(peerId), label }, passphrase);
    return { ...signed, name: name() };
  }

  function remove(peerId: PeerId, passphrase: string | undefined): Fleet {
    identity.removeNode(peerId, passphrase);
    return list();
  }

  /** Whoever was taken out hears it, and is heard no more. */
  function listChanged(removed: readonly PeerId[]): void {
    policy.resign(new Set(removed));
    notices.tell();
    nodes.spread();
    onChanged();
  }

  /**
   * A node serves a provider no longer by that provider's word alone: whoever names the node of somebody else in his lists
   * must neither end its connections nor what it says.
   */
  function partWith(providerId: ProviderId, peerId: PeerId): void {
    records.forgetNode(peerId, providerId);
    if (!network.peers().some((peer) => peer.peerId === peerId && peer.providerId === providerId)) return;
    network.disconnect(peerId).catch((error: unknown) => {
      log.warn({ peer: peerId, error: String(error) }, 'a node that was taken out could not be disconnected');
    });
  }

  async function usageOfAll(query: UsageQuery): Promise<FleetUsage> {
    const own = options.usage(query);
    const { answers, silent } = await nodes.usage(query);
    const names = new Map(viewsOf().map(({ label, peerId }) => [peerId, label]));
    const named = (peerId: PeerId) => ({ peerId, label: names.get(peerId) ?? '' });
    return {
      ...mergeUsage([own, ...answers.map(({ answer }) => answer)], query.by, query.limit),
      nodes: [{ peerId: self, answer: own }, ...answers].map(({ answer, peerId }) => ({
        ...named(peerId),
        total: answer.total,
      })),
      silent: silent.map(named),
    };
  }

  function policyView(): FleetPolicy {
    const counts = Map.groupBy(
      store.all().filter(({ kind, value }) => value !== undefined && kind !== 'uses'),
      ({ kind }) => kind,
    );
    return {
      on: options.policy.isOn(),
      kinds: [...counts].map(([kind, items]) => ({ kind, count: items.length })),
      nodes: [...sharing.synced()].map(([peerId, at]) => ({ peerId, at })),
      failed: store.all().filter(({ applied }) => !applied).length,
      changes: [...policy.changes()],
    };
  }

  const refuseWithoutRoot = () => {
    if (identity.view().rootHere) return;
    throw new AppError('identity.root_offline', 'The provider key is not kept on this machine.', {
      advice: 'Do this where the provider key is, or bring it back with its 24 words.',
    });
  };

  return {
    on: events.on,
    list,
    ownNodes: nodes,
    isMember(peerId) {
      const listed = identity.nodes(identity.currentProvider(identity.self().providerId));
      return !listed || listed.nodes.some((node) => node.peerId === peerId);
    },
    handlers: {
      'fleet.list'() {
        nodes.refresh();
        return list();
      },
      'fleet.watch': (_input, { signal }) =>
        watch(signal, list, (changed) => {
          nodes.refresh();
          const timer = clock.every(LOOK_MS, () => {
            nodes.refresh();
            changed();
          });
          const stops = [
            events.on('changed', changed),
            network.on('peerConnected', changed),
            network.on('peerDisconnected', changed),
          ];
          return () => {
            timer.cancel();
            stops.forEach((stop) => stop());
          };
        }),
      'fleet.add'({ expiresInMs }) {
        refuseWithoutRoot();
        return desk.open(expiresInMs);
      },
      'fleet.cancelCode': ({ id }) => (desk.cancel(id), {}),
      'fleet.answer'({ accept, id, label, passphrase }) {
        desk.answer(
          id,
          accept ? (waiting) => welcome(waiting.peerId, label || waiting.label, passphrase) : undefined,
        );
        return list();
      },
      'fleet.join': ({ code, label }) => guest.join(code, label || name()),
      'fleet.awaitJoin': () => guest.ended(),
      'fleet.cancelJoin': () => (guest.cancel(), {}),
      'fleet.rename'({ label, peerId }) {
        identity.renameNode(peerId, label);
        return list();
      },
      'fleet.usage': usageOfAll,
      'fleet.policy': policyView,
      'fleet.setPolicy'({ on }) {
        options.policy.setOn(on);
        sharing.switched();
        return policyView();
      },
      'fleet.remove': ({ passphrase, peerId }) => remove(peerId, passphrase),
      async 'fleet.leave'() {
        await options.beforeMoving();
        identity.leave();
        return { providerId: identity.self().providerId };
      },
    },
    start() {
      const owned = createDisposableStore();
      owned.add(
        network.serve(JOIN_PROTOCOL, async (payload, exchange) =>
          encodeFleet(await desk.receive(decodeFleet(joinRequestSchema, payload), exchange)),
        ),
      );
      owned.add(nodes.start());
      owned.add(sharing.start());
      owned.defer(() => desk.close());
      owned.defer(() => guest.cancel());
      owned.defer(
        identity.on('nodesChanged', ({ providerId, removed }) => {
          const isOwn = providerId === identity.currentProvider(identity.self().providerId);
          if (isOwn) listChanged(removed);
          const part = () => removed.forEach((peerId) => partWith(providerId, peerId));
          // One's own node hears of it first.
          if (isOwn) clock.after(FAREWELL_MS, part);
          else part();
        }),
      );
      notices.tell();
      return owned;
    },
  };
}

/** For the word that it was taken out to arrive. */
const FAREWELL_MS = 1000;

/** Addresses of this machine alone help nobody elsewhere. */
function usefulAddresses(addresses: readonly string[]): string[] {
  const sorted = byReach([...addresses]);
  return farthestReach(sorted) === 'machine'
    ? sorted
    : sorted.filter((one) => farthestReach([one]) !== 'machine');
}
