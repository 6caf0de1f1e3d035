/**
 * What nodes of one provider do for each other: they hold the newest list of nodes, tell each other how they are, and
 * the one with the provider key renews the certificates of the others.
 */
import type { z } from 'zod';
import { type UsageAnswer, usageAnswerSchema, usageContract } from '#shared/features/metrics/usage.ts';
import {
  decodeFleet,
  encodeFleet,
  factsSchema,
  FLEET_FEATURE,
  FLEET_PROTOCOL,
  type FleetFacts,
  type FleetRequest,
  fleetRequestSchema,
  listAnswerSchema,
  usageAnswerBytes,
  type Welcome,
  welcomeSchema,
} from '#shared/features/fleet/messages.ts';
import { needsRenewal } from '#shared/features/identity/rules.ts';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Identity } from '../identity/index.ts';
import type { Networks, PeerInfo } from '../p2p/index.ts';

const ASK_TIMEOUT_MS = 10_000;
/** Links can last for months, certificates do not: how often nodes ask each other although nobody looks. */
const RENEWAL_MS = 6 * 3_600_000;
/** What a node said of itself is shown for so long before it is asked again. */
const FACTS_MS = 5_000;

const usageQuerySchema = usageContract['usage.query'].input;
export type UsageQuery = z.output<typeof usageQuerySchema>;

export interface OwnNodes {
  start(): Closeable;
  /** Connected nodes of this provider. */
  peers(): PeerInfo[];
  facts(peerId: PeerId): FleetFacts | undefined;
  /** Asks all that were not asked lately how they are; `onChanged` tells. */
  refresh(): void;
  /** The newest list goes to all of them, also to those that it takes out. */
  spread(): void;
  /** Each connected node's answer; those that do not answer are left out and named. */
  usage(
    query: UsageQuery,
  ): Promise<{ answers: Array<{ peerId: PeerId; answer: UsageAnswer }>; silent: PeerId[] }>;
}

export interface OwnNodesDeps {
  clock: Clock;
  log: Log;
  identity: Identity;
  network: Networks;
  ownFacts(): FleetFacts;
  ownUsage(query: UsageQuery): UsageAnswer;
  /** When the own certificate ends, and for which provider it was signed. */
  certificate(): { expiresAt: number; providerId: string };
  adopt(welcome: Welcome): Promise<void>;
  onChanged(): void;
}

export function createOwnNodes(deps: OwnNodesDeps): OwnNodes {
  const { clock, identity, log, network } = deps;
  const told = new Map<PeerId, { facts?: FleetFacts; at: number }>();
  const provider = () => identity.currentProvider(identity.self().providerId);
  const isOwn = (peer: Pick<PeerInfo, 'providerId'>) => peer.providerId === provider();
  const ownList = () => {
    const list = identity.nodes(provider());
    return list ? { list: list.bytes } : {};
  };

  /** One link to each node, in whichever network it was met first. */
  const peers = () => [
    ...new Map(
      network
        .peers()
        .filter((peer) => isOwn(peer) && peer.features.includes(FLEET_FEATURE))
        .map((peer) => [peer.peerId, peer] as const),
    ).values(),
  ];

  const ask = (peer: PeerInfo, request: FleetRequest, maxResponseBytes = 64 * 1024): Promise<Uint8Array> =>
    network.call(peer.peerId, FLEET_PROTOCOL, encodeFleet(request), {
      timeoutMs: ASK_TIMEOUT_MS,
      maxResponseBytes,
      network: peer.network,
    }).response;

  function quietly(peer: PeerInfo, what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      log.info({ peer: peer.peerId, what, error: String(error) }, 'a node of this provider did not answer'),
    );
  }

  async function compareLists(peer: PeerInfo): Promise<void> {
    const { list } = decodeFleet(listAnswerSchema, await ask(peer, { t: 'list', ...ownList() }));
    if (list) identity.learnNodes(list);
  }

  async function askFacts(peer: PeerInfo): Promise<void> {
    const before = told.get(peer.peerId);
    if (before && clock.now() - before.at < FACTS_MS) return;
    told.set(peer.peerId, { ...before, at: clock.now() });
    const facts = decodeFleet(factsSchema, await ask(peer, { t: 'facts' }));
    told.set(peer.peerId, { facts, at: clock.now() });
    if (facts.rootHere) await renewWith(peer);
    deps.onChanged();
  }

  /** Where the own certificate ends soon, or is of a key that the provider has replaced. */
  async function renewWith(peer: PeerInfo): Promise<void> {
    const { expiresAt, providerId } = deps.certificate();
    if (identity.view().rootHere) return;
    if (providerId === provider() && !needsRenewal({ expiresAt }, clock.now())) return;
    await deps.adopt(decodeFleet(welcomeSchema, await ask(peer, { t: 'renew' })));
  }

  const refresh = (): void => peers().forEach((peer) => quietly(peer, 'facts', askFacts(peer)));

  async function met(peer: PeerInfo): Promise<void> {
    if (!isOwn(peer) || !peer.features.includes(FLEET_FEATURE)) return;
    await compareLists(peer);
    await askFacts(peer);
  }

  async function serve(payload: Uint8Array, peer: PeerInfo): Promise<Uint8Array> {
    if (!isOwn(peer)) throw notOwn();
    const request = decodeFleet(fleetRequestSchema, payload);
    switch (request.t) {
      case 'list':
        if (request.list) identity.learnNodes(request.list);
        return encodeFleet(ownList());
      case 'facts':
        return encodeFleet(deps.ownFacts());
      case 'renew':
        return encodeFleet(renewed(peer.peerId));
      case 'usage':
        return utf8(JSON.stringify(deps.ownUsage(usageQuerySchema.parse(JSON.parse(request.query)))));
    }
  }

  function renewed(peerId: PeerId): Welcome {
    const certificate = identity.renewNode(peerId);
    const list = identity.nodes(provider())?.bytes as Uint8Array;
    return { certificate, list, name: identity.view().profile.displayName };
  }

  async function askUsage(peer: PeerInfo, query: UsageQuery): Promise<UsageAnswer | undefined> {
    try {
      const bytes = await ask(peer, { t: 'usage', query: JSON.stringify(query) }, usageAnswerBytes);
      return usageAnswerSchema.parse(JSON.parse(fromUtf8(bytes)));
    } catch (error) {
      log.info({ peer: peer.peerId, error: String(error) }, 'a node of this provider told no usage');
      return undefined;
    }
  }

  return {
    peers,
    facts: (peerId) => told.get(peerId)?.facts,
    refresh,
    spread: () => peers().forEach((peer) => quietly(peer, 'list', compareLists(peer))),
    async usage(query) {
      const asked = peers();
      const told = await Promise.all(asked.map((peer) => askUsage(peer, query)));
      return {
        answers: asked.flatMap(({ peerId }, at) => {
          const answer = told[at];
          return answer ? [{ peerId, answer }] : [];
        }),
        silent: asked.flatMap(({ peerId }, at) => (told[at] ? [] : [peerId])),
      };
    },
    start() {
      const owned = createDisposableStore();
      const renewing = clock.every(RENEWAL_MS, refresh);
      owned.defer(() => renewing.cancel());
      owned.add(network.serve(FLEET_PROTOCOL, (payload, { peer }) => serve(payload, peer)));
      owned.defer(network.on('peerConnected', (peer) => quietly(peer, 'greeting', met(peer))));
      owned.defer(
        network.on('peerDisconnected', ({ peerId }) => {
          if (told.delete(peerId)) deps.onChanged();
        }),
      );
      return owned;
    },
  };
}

const notOwn = (): AppError =>
  new AppError('fleet.not_own', 'Only nodes of this provider are answered.', {
    advice: 'Nothing needs to be done.',
  });
