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
  MAX_GRANT_BYTES,
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
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { open, type Signer, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { isProviderId, type PeerId, type ProviderId } from '#shared/kernel/ids.ts';
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
/** A peer that says again and again that something changed is asked no more often than this. */
const FETCH_PAUSE_MS = 500;
/** Whoever was declined is not put before the operator again for so long. */
const DECLINED_MS = 3 * 24 * 3_600_000;

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
  /** Whether it is neither revoked nor over; that its calls are used up does not matter. */
  isGood(id: string): boolean;
  /** A server is gone: what was granted for it ends, lest it hold for the next of its name. */
  endServer(server: string): void;
  /** A server goes by another name: what is left of its grants is granted anew, since they are signed with the old one. */
  renameServer(from: string, to: string): void;
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
    return {
      grants: book
        .madeTo(provider)
        .filter((made) => made.revokedAt === undefined && now < made.grant.exp)
        .slice(-MAX_TOLD)
        .map(({ bytes }) => bytes),
      requests: requests
        .of('here', provider)
        .slice(0, MAX_TOLD)
        .map(({ server, state }) => ({ server, state })),
    };
  };

  function serve(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    const message = decodeGrantsMessage(grantsRequestSchema, payload);
    if (message.t === 'changed') later(fetchLatest(peer));
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
    events.emit('requested', { request });
  }

  function changed({ grant }: MadeGrant): void {
    events.emit('madeChanged', { provider: grant.to, server: grant.server });
    notify(grant.to);
  }

  const goodFor = (server: string): MadeGrant[] =>
    book.made().filter(({ grant, revokedAt }) => grant.server === server && revokedAt === undefined);

  function end(made: MadeGrant): void {
    book.revoke(made.id, clock.now());
    changed(made);
  }

  return {
    on: events.on,
    start() {
      book.prune(clock.now() - KEPT_MS);
      requests.prune(clock.now() - KEPT_MS);
      owned.add(network.serve(GRANTS_PROTOCOL, (payload, { peer }) => serve(payload, peer)));
      owned.defer(network.on('peerConnected', (peer) => later(fetchLatest(peer))));
    },
    stop() {
      stopping.abort(new AppError('access.stopped', 'This node is about to stop.'));
      void owned.close();
    },
    make(wanted) {
      // Those that have ended are kept for as long as there is room.
      if (book.made().length >= MAX_MADE) book.prune(clock.now());
      const made = book.add(signed(wanted, deps, book.made().length), wanted.note ?? '');
      changed(made);
      return made;
    },
    revoke(id) {
      const made = book.made().find((one) => one.id === id);
      if (!made) throw unknown('access.unknown_grant', 'There is no such grant.');
      end(made);
    },
    made: book.made,
    held: book.held,
    covering: (call) => bestOf(book.madeTo(call.provider), call, clock.now()),
    use: (id) => book.use(id, clock.now()),
    isGood(id) {
      const made = book.get(id);
      return made !== undefined && made.revokedAt === undefined && clock.now() < made.grant.exp;
    },
    endServer(server) {
      for (const made of goodFor(server)) end(made);
    },
    renameServer(from, to) {
      for (const made of goodFor(from)) {
        end(made);
        const left = leftOf(made, to, clock.now());
        if (left) changed(book.add(signed(left, deps, 0), made.note));
      }
    },
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

/** What remains of a grant, for another name of its server; undefined where nothing does. */
function leftOf({ grant, used }: MadeGrant, server: string, now: number): NewGrant | undefined {
  const { args, calls, exp, to, tools } = grant;
  const left = calls === undefined ? undefined : calls - used;
  const days = (exp - now) / DAY_MS;
  return days > 0 && left !== 0 ? { to, server, tools, args, calls: left, days } : undefined;
}

const isSameRequest = (one: Pick<AccessRequest, 'tools' | 'words'>, other: typeof one): boolean =>
  one.words === other.words && one.tools.join('\0') === other.tools.join('\0');

/** What a call is told where several grants are over: what the operator did outranks what time did. */
const REFUSALS: readonly GrantRule[] = [
  'access.grant_revoked',
  'access.grant_expired',
  'access.grant_spent',
  'access.no_grant',
];

/** The first grant that covers the call, one without constraints on arguments before others; else a refusal. */
function bestOf(
  made: readonly MadeGrant[],
  call: { provider: ProviderId; server: string; tool?: string | undefined },
  now: number,
): Result<MadeGrant, GrantRule> {
  const { tool } = call;
  let refusal: GrantRule = 'access.no_grant';
  let constrained: MadeGrant | undefined;
  for (const one of made) {
    const covered = covers(one, call, now);
    if (covered.ok) {
      const { args } = one.grant;
      if (tool === undefined || !args || !Object.hasOwn(args, tool)) return ok(one);
      // The newer one is what the operator said last.
      constrained = one;
    } else if (REFUSALS.indexOf(covered.reason) < REFUSALS.indexOf(refusal)) refusal = covered.reason;
  }
  return constrained ? ok(constrained) : fail(refusal);
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
  const { bytes } = sealGrant(grant, signer);
  // Its holder would take none of what he is told together with it.
  if (bytes.length > MAX_GRANT_BYTES) throw tooLarge();
  return bytes;
}

const tooLarge = (): AppError =>
  new AppError('access.grant_too_large', 'This is more than one grant can say.', {
    advice: 'Name fewer tools, shorten the constraints on arguments, or make several grants.',
  });

const unknown = (code: string, message: string): AppError =>
  new AppError(code, message, { advice: 'Look at the list again; it may have changed.' });
