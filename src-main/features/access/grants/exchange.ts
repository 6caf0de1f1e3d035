/**
 * What nodes tell each other of grants: the holder asks for his when he meets the granting node and when that says that
 * something changed; requests for access go the other way.
 */
import { linkOf, partiesOf } from '#shared/features/access/delegation.ts';
import { MAX_DEPTH } from '#shared/features/access/depth.ts';
import {
  type Grant,
  GRANT_TYPE,
  type GrantIssuer,
  grantSchema,
  readGrant,
} from '#shared/features/access/grant.ts';
import {
  decodeGrantsMessage,
  encodeGrantsMessage,
  GRANTS_FEATURE,
  GRANTS_PROTOCOL,
  type GrantsAnswer,
  grantsAnswerSchema,
  type GrantsRequest,
  grantsRequestSchema,
  MAX_PARENTS,
  MAX_TOLD,
} from '#shared/features/access/grant-messages.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { open, payloadOf, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import { type GrantBook, grantId, type ToldGrant } from './grant-book.ts';
import type { AccessRequest, RequestBook } from './request-book.ts';

const TELL_TIMEOUT_MS = 10_000;
/** A peer that says again and again that something changed is asked no more often than this. */
const FETCH_PAUSE_MS = 500;
/** Whoever was declined is not put before the operator again for so long. */
const DECLINED_MS = 3 * 24 * 3_600_000;

type Wanted = Pick<AccessRequest, 'server' | 'tools' | 'words'>;

export interface GrantExchange {
  start(): Closeable;
  /** The nodes of a provider ask for what changed. */
  notify(provider: ProviderId): void;
  /** Asks a node of a provider for access. Rejects with `access.cannot_ask`; returns whom it asked. */
  ask(provider: ProviderId, request: Wanted): Promise<PeerId>;
  /** Asks a node of a provider whether this one may share a server of his on. Rejects with `access.cannot_ask`. */
  askToShareOn(provider: ProviderId, server: string): Promise<void>;
}

export interface GrantExchangeDeps {
  clock: Clock;
  verify: Verify;
  log: Log;
  network: Network;
  book: GrantBook;
  requests: RequestBook;
  self(): { providerId: ProviderId };
  certified(certificate: Uint8Array): GrantIssuer;
  /** Whether what a provider asks for is put before the operator. */
  takesRequests(provider: ProviderId): boolean;
  /** A provider wants to share on what is open to him. Makes the grant where he may. */
  giveOn(provider: ProviderId, server: string): void;
  onHeldChanged(): void;
  onRequested(request: AccessRequest): void;
}

export function createGrantExchange(deps: GrantExchangeDeps): GrantExchange {
  const { book, clock, network, requests } = deps;
  const speaks = ({ features }: PeerInfo) => features.includes(GRANTS_FEATURE);

  async function tell(peer: PeerInfo, message: GrantsRequest): Promise<GrantsAnswer> {
    const call = network.call(peer.peerId, GRANTS_PROTOCOL, encodeGrantsMessage(message), {
      network: peer.network,
      timeoutMs: TELL_TIMEOUT_MS,
    });
    return decodeGrantsMessage(grantsAnswerSchema, await call.response);
  }

  /** Nodes that are being asked, and whether they said meanwhile that something changed. */
  const stopping = new AbortController();
  const asking = new Map<PeerId, { again: boolean }>();

  /** One question to a peer at a time, and a pause after it: one word of a peer must not make work without end. */
  async function fetchLatest(peer: PeerInfo): Promise<void> {
    const under = asking.get(peer.peerId);
    if (under) {
      under.again = true;
      return;
    }
    const state = { again: true };
    asking.set(peer.peerId, state);
    try {
      while (state.again) {
        state.again = false;
        await fetchFrom(peer);
        await sleep(clock, FETCH_PAUSE_MS, stopping.signal);
      }
    } finally {
      asking.delete(peer.peerId);
    }
  }

  /** Asks a node what it grants; what does not hold is left out. */
  async function fetchFrom(peer: PeerInfo): Promise<void> {
    if (!speaks(peer)) return;
    take(peer, await tell(peer, { t: 'mine' }));
  }

  /** What a node grants, in place of what it granted before. */
  function take(peer: PeerInfo, answer: GrantsAnswer): void {
    const before = book.held().filter(({ issuer }) => issuer === peer.peerId).length;
    const parents = new Map((answer.parents ?? []).map((bytes) => [grantId(bytes), bytes]));
    const good = answer.grants.flatMap((bytes) => toldGrant(bytes, peer, parents) ?? []);
    const settled = settleAsked(peer.providerId, answer);
    if (good.length === 0 && before === 0 && !settled) return;
    book.replaceHeld(peer.peerId, peer.providerId, good);
    deps.onHeldChanged();
  }

  const read = (bytes: Uint8Array) => readGrant(open(bytes, GRANT_TYPE, deps.verify), deps.certified);

  /** A grant that holds, with those it rests on; undefined where it does not, or is not ours. */
  function toldGrant(
    bytes: Uint8Array,
    peer: PeerInfo,
    parents: ReadonlyMap<string, Uint8Array>,
  ): ToldGrant | undefined {
    try {
      const { grant, issuer } = read(bytes);
      if (grant.to !== deps.self().providerId || issuer.peerId !== peer.peerId) return undefined;
      if (issuer.providerId !== peer.providerId) return undefined;
      const chain = ancestorsOf(grant, parents);
      const links = [...chain, bytes].map((one) => ({ bytes: one, ...linkOf(read(one)) }));
      if (grant.parent && !partiesOf(links, clock.now()).ok) throw relatedWrongly();
      return { bytes, parents: chain };
    } catch (error) {
      deps.log.warn({ peer: peer.peerId, err: error }, 'a grant that does not hold was left out');
      return undefined;
    }
  }

  function settleAsked(provider: ProviderId, { requests: told }: GrantsAnswer): boolean {
    const changed = requests.of('elsewhere', provider).flatMap((asked) => {
      const now = told.find(({ server }) => server === asked.server)?.state;
      return now === undefined || now === asked.state ? [] : [{ id: asked.id, state: now }];
    });
    for (const { id, state } of changed) requests.settle(id, state);
    return changed.length > 0;
  }

  const later = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => {
      // Whoever is gone asks when he is back.
      deps.log.debug({ err: error }, 'grants could not be exchanged');
    });

  /** The nodes of a provider ask for what changed. */
  function notify(provider: ProviderId): void {
    for (const peer of network.peers())
      if (peer.providerId === provider && speaks(peer)) later(tell(peer, { t: 'changed' }));
  }

  const mine = (provider: ProviderId): GrantsAnswer => {
    const now = clock.now();
    const told = book
      .madeTo(provider)
      .filter(
        ({ grant, revokedAt, signedBy }) =>
          revokedAt === undefined && now < grant.exp && signedBy === undefined,
      )
      .slice(-MAX_TOLD);
    const parents = new Map(told.flatMap(book.parentsOf).map((bytes) => [grantId(bytes), bytes]));
    return {
      grants: told.map(({ bytes }) => bytes),
      ...(parents.size > 0 ? { parents: [...parents.values()].slice(0, MAX_PARENTS) } : {}),
      requests: requests
        .of('here', provider)
        .slice(0, MAX_TOLD)
        .map(({ server, state }) => ({ server, state })),
    };
  };

  function serve(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    const message = decodeGrantsMessage(grantsRequestSchema, payload);
    if (message.t === 'changed') later(fetchLatest(peer));
    if (message.t === 'share_on') deps.giveOn(peer.providerId, message.server);
    if (message.t === 'ask') takeRequest(message, peer);
    return encodeGrantsMessage(mine(peer.providerId));
  }

  function takeRequest({ server, tools, words }: Extract<GrantsRequest, { t: 'ask' }>, peer: PeerInfo): void {
    const { peerId: from, providerId: provider } = peer;
    const before = requests.of('here', provider).find((one) => one.server === server);
    if (before?.state === 'open' && isSameRequest(before, { tools, words })) return;
    const isDeclined = before?.state === 'declined' && clock.now() - before.at < DECLINED_MS;
    const request =
      deps.takesRequests(provider) && !isDeclined
        ? requests.add({ side: 'here', provider, peer: from, server, tools, words, at: clock.now() })
        : undefined;
    if (!request)
      throw new AppError('access.cannot_ask', 'This node takes no more requests now.', {
        advice: 'Write to its operator, or try again in a few days.',
        retryable: true,
      });
    deps.onRequested(request);
  }

  /** Throws `access.cannot_ask`. */
  function nodeOf(provider: ProviderId): PeerInfo {
    const peer = network.peers().find((one) => one.providerId === provider && speaks(one));
    if (peer) return peer;
    throw new AppError('access.cannot_ask', 'No node of this provider that takes requests is connected.', {
      advice: 'Try again when it is there.',
      retryable: true,
    });
  }

  return {
    start() {
      const owned = createDisposableStore();
      owned.add(network.serve(GRANTS_PROTOCOL, (payload, { peer }) => serve(payload, peer)));
      owned.defer(network.on('peerConnected', (peer) => later(fetchLatest(peer))));
      owned.defer(() => stopping.abort(new AppError('access.stopped', 'This node is about to stop.')));
      return owned;
    },
    notify,
    async askToShareOn(provider, server) {
      const peer = nodeOf(provider);
      take(peer, await tell(peer, { t: 'share_on', server }));
    },
    async ask(provider, { server, tools, words }) {
      const peer = nodeOf(provider);
      await tell(peer, { t: 'ask', server, tools, words });
      return peer.peerId;
    },
  };
}

/** The grants before one in its chain, the origin's first. Throws where one is missing. */
function ancestorsOf({ parent }: Grant, known: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let next = parent; next && chain.length < MAX_DEPTH; ) {
    const bytes = known.get(toHex(next));
    if (!bytes) throw relatedWrongly();
    chain.unshift(bytes);
    next = grantSchema.parse(payloadOf(bytes)).parent;
  }
  return chain;
}

const relatedWrongly = (): AppError =>
  new AppError('access.bad_chain', 'The grants of a chain do not hold together.', {
    advice: 'Drop it; the sender is broken or hostile.',
  });

const isSameRequest = (one: Pick<AccessRequest, 'tools' | 'words'>, other: typeof one): boolean =>
  one.words === other.words && one.tools.join('\0') === other.tools.join('\0');
