/**
 * Grants and requests for them. Whoever grants keeps the truth: calls are judged by his store, never by what a caller shows.
 * Whoever holds grants asks for them when he meets the granting node, and again when that says that something changed.
 *
 *     const made = grants.make({ to, server: 'files', tools: ['read'], days: 30 });
 *     grants.covering({ provider: to, server: 'files', tool: 'read' }); // { ok: true, value: { id, … } }
 *     grants.revoke(made.id);
 *
 * Invariants: a grant is in the store before it is told; a use is in the store before the call runs; a revoked grant covers
 * nothing from the moment `revoke` returns.
 */
import {
  covers,
  type Grant,
  GRANT_TYPE,
  type GrantIssuer,
  type GrantRule,
  MAX_GRANT_MS,
  readGrant,
  sealGrant,
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
  MAX_TOLD,
} from '#shared/features/access/grant-messages.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { open, type Signer, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { isProviderId, type ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { fail, ok, type Result } from '#shared/kernel/result.ts';
import type { Log } from '../../../platform/log.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import { createGrantBook, type HeldGrant, type MadeGrant } from './grant-book.ts';
import { type AccessRequest, createRequestBook } from './request-book.ts';

/** Grants made here that have not ended. */
const MAX_MADE = 5_000;
/** Ended grants and settled requests are shown for so long. */
const KEPT_MS = 90 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const TELL_TIMEOUT_MS = 10_000;

export interface GrantsEvents {
  /** What is granted here changed: calls in flight are judged anew. */
  madeChanged: { provider: ProviderId; server: string };
  /** What this provider holds, or asked for, changed. */
  heldChanged: object;
  requested: { request: AccessRequest };
}

export interface NewGrant {
  to: ProviderId;
  server: string;
  tools?: string[] | undefined;
  /** By tool: JSON Schema as text. */
  args?: Record<string, string> | undefined;
  calls?: number | undefined;
  /** Days until it ends. */
  days: number;
  note?: string | undefined;
}

export interface Grants extends EventSource<GrantsEvents> {
  start(): void;
  stop(): void;
  /** Throws `ids.bad_provider`, `access.bad_term` or `access.too_many_grants`. */
  make(wanted: NewGrant): MadeGrant;
  /** Throws `access.unknown_grant`. */
  revoke(id: string): void;
  made(): MadeGrant[];
  held(): HeldGrant[];
  /** The grant that covers such a call; without a tool, one that covers any of the server. */
  covering(call: {
    provider: ProviderId;
    server: string;
    tool?: string | undefined;
  }): Result<MadeGrant, GrantRule>;
  /** A call is about to run under it. */
  use(id: string): void;
  requests(side: AccessRequest['side']): AccessRequest[];
  /** Asks a provider who is connected. Rejects with `access.cannot_ask` where he is not, or does not take requests. */
  ask(wanted: {
    provider: ProviderId;
    server: string;
    tools: string[];
    words: string;
  }): Promise<AccessRequest>;
  /** Throws `access.unknown_request`. */
  settle(id: number, state: 'declined' | 'granted'): AccessRequest;
}

export interface GrantsDeps {
  db: Database;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
  network: Network;
  self(): { providerId: ProviderId; signer: Signer; certificate: Uint8Array };
  certified(certificate: Uint8Array): GrantIssuer;
  /** Whether what a provider asks for is put before the operator. */
  takesRequests(provider: ProviderId): boolean;
}

export function createGrants(deps: GrantsDeps): Grants {
  const { clock, network } = deps;
  const events = createEmitter<GrantsEvents>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const book = createGrantBook(deps.db);
  const requests = createRequestBook(deps.db);
  const owned = createDisposableStore();

  const speaks = ({ features }: PeerInfo) => features.includes(GRANTS_FEATURE);

  async function tell(peer: PeerInfo, message: GrantsRequest): Promise<GrantsAnswer> {
    const call = network.call(peer.peerId, GRANTS_PROTOCOL, encodeGrantsMessage(message), {
      network: peer.network,
      timeoutMs: TELL_TIMEOUT_MS,
    });
    return decodeGrantsMessage(grantsAnswerSchema, await call.response);
  }

  /** Asks a node what it grants; what does not hold is left out. */
  async function fetchFrom(peer: PeerInfo): Promise<void> {
    if (!speaks(peer)) return;
    const answer = await tell(peer, { t: 'mine' });
    const before = book.held().filter(({ issuer }) => issuer === peer.peerId).length;
    const good = answer.grants.filter((bytes) => isForUs(bytes, peer));
    const settled = settleAsked(peer.providerId, answer);
    if (good.length === 0 && before === 0 && !settled) return;
    book.replaceHeld(peer.peerId, peer.providerId, good);
    events.emit('heldChanged', {});
  }

  function isForUs(bytes: Uint8Array, peer: PeerInfo): boolean {
    try {
      const { grant, issuer } = readGrant(open(bytes, GRANT_TYPE, deps.verify), deps.certified);
      return (
        grant.to === deps.self().providerId &&
        issuer.peerId === peer.peerId &&
        issuer.providerId === peer.providerId
      );
    } catch (error) {
      deps.log.warn({ peer: peer.peerId, err: error }, 'a grant that does not hold was left out');
      return false;
    }
  }

  function settleAsked(provider: ProviderId, { requests: told }: GrantsAnswer): boolean {
    const changed = requests
      .list('elsewhere')
      .filter((asked) => asked.provider === provider)
      .flatMap((asked) => {
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
    return {
      grants: book
        .made()
        .filter((made) => made.grant.to === provider && made.revokedAt === undefined && now < made.grant.exp)
        .slice(-MAX_TOLD)
        .map(({ bytes }) => bytes),
      requests: requests
        .list('here')
        .filter((request) => request.provider === provider)
        .slice(0, MAX_TOLD)
        .map(({ server, state }) => ({ server, state })),
    };
  };

  function serve(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    const message = decodeGrantsMessage(grantsRequestSchema, payload);
    if (message.t === 'changed') later(fetchFrom(peer));
    if (message.t === 'ask') takeRequest(message, peer);
    return encodeGrantsMessage(mine(peer.providerId));
  }

  function takeRequest({ server, tools, words }: Extract<GrantsRequest, { t: 'ask' }>, peer: PeerInfo): void {
    const { peerId, providerId } = peer;
    const request = deps.takesRequests(providerId)
      ? requests.add({
          side: 'here',
          provider: providerId,
          peer: peerId,
          server,
          tools,
          words,
          at: clock.now(),
        })
      : undefined;
    if (!request)
      throw new AppError('access.cannot_ask', 'This node takes no more requests now.', {
        advice: 'Write to its operator, or try again in a few days.',
        retryable: true,
      });
    events.emit('requested', { request });
  }

  function changed({ grant }: MadeGrant): void {
    events.emit('madeChanged', { provider: grant.to, server: grant.server });
    notify(grant.to);
  }

  return {
    on: events.on,
    start() {
      book.prune(clock.now() - KEPT_MS);
      requests.prune(clock.now() - KEPT_MS);
      owned.add(network.serve(GRANTS_PROTOCOL, (payload, { peer }) => serve(payload, peer)));
      owned.defer(network.on('peerConnected', (peer) => later(fetchFrom(peer))));
    },
    stop: () => void owned.close(),
    make(wanted) {
      const made = book.add(signed(wanted, deps, book.made().length), wanted.note ?? '');
      changed(made);
      return made;
    },
    revoke(id) {
      const made = book.made().find((one) => one.id === id);
      if (!made) throw unknown('access.unknown_grant', 'There is no such grant.');
      book.revoke(id, clock.now());
      changed(made);
    },
    made: book.made,
    held: book.held,
    covering: (call) => bestOf(book.madeTo(call.provider), call, clock.now()),
    use: (id) => book.use(id, clock.now()),
    requests: requests.list,
    async ask({ provider, server, tools, words }) {
      const peer = network.peers().find((one) => one.providerId === provider && speaks(one));
      if (!peer)
        throw new AppError(
          'access.cannot_ask',
          'No node of this provider that takes requests is connected.',
          {
            advice: 'Try again when it is there.',
            retryable: true,
          },
        );
      await tell(peer, { t: 'ask', server, tools, words });
      const asked = { side: 'elsewhere' as const, provider, peer: peer.peerId, server, tools, words };
      const request = requests.add({ ...asked, at: clock.now() });
      events.emit('heldChanged', {});
      if (request) return request;
      throw new AppError('access.too_many_requests', 'So many requests are open already.', {
        advice: 'Wait until some of them are answered.',
      });
    },
    settle(id, state) {
      const request = requests.get(id);
      if (request?.side !== 'here') throw unknown('access.unknown_request', 'There is no such request.');
      requests.settle(id, state);
      notify(request.provider);
      return { ...request, state };
    },
  };
}

/** The first grant that covers the call; else the refusal that says most. */
function bestOf(
  made: readonly MadeGrant[],
  call: { provider: ProviderId; server: string; tool?: string | undefined },
  now: number,
): Result<MadeGrant, GrantRule> {
  let refusal: GrantRule = 'access.no_grant';
  for (const one of made) {
    const covered = covers(one, call, now);
    if (covered.ok) return ok(one);
    if (covered.reason !== 'access.no_grant') refusal = covered.reason;
  }
  return fail(refusal);
}

function signed(wanted: NewGrant, deps: GrantsDeps, already: number): Uint8Array {
  const { args, calls, days, server, to, tools } = wanted;
  if (!isProviderId(to))
    throw new AppError('ids.bad_provider', 'This is not a provider id.', {
      advice: 'A provider id starts with z6Mk; copy it whole.',
    });
  if (!(days > 0) || days * DAY_MS > MAX_GRANT_MS)
    throw new AppError('access.bad_term', 'A grant lasts between an hour and 400 days.', {
      advice: 'Choose a shorter time; it can be granted again.',
    });
  if (already >= MAX_MADE)
    throw new AppError('access.too_many_grants', `There are ${MAX_MADE} grants already.`, {
      advice: 'Share the server with known providers instead, or revoke some.',
    });
  const { certificate, signer } = deps.self();
  const iat = deps.clock.now();
  const grant: Grant = {
    cert: certificate,
    to,
    server,
    ...(tools ? { tools } : {}),
    ...(args ? { args } : {}),
    ...(calls === undefined ? {} : { calls }),
    iat,
    exp: Math.round(iat + days * DAY_MS),
    nonce: deps.random.bytes(16),
  };
  return sealGrant(grant, signer).bytes;
}

const unknown = (code: string, message: string): AppError =>
  new AppError(code, message, { advice: 'Look at the list again; it may have changed.' });
