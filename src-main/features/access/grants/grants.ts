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
import { partiesOf } from '#shared/features/access/delegation.ts';
import { GRANT_TYPE, type GrantIssuer, type GrantRule, readGrant } from '#shared/features/access/grant.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { open, type Signer, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { Log } from '../../../platform/log.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { Network } from '../../p2p/index.ts';
import { type Chains, createChains } from './chains.ts';
import { createGrantExchange } from './exchange.ts';
import { createGrantBook, grantId, type HeldGrant, type MadeGrant } from './grant-book.ts';
import { bestOf, leftOf, MAX_MADE, type NewGrant, signed } from './making.ts';
import { type AccessRequest, createRequestBook } from './request-book.ts';

/** Ended grants and settled requests are shown for so long. */
const KEPT_MS = 90 * 24 * 3_600_000;

export interface GrantsEvents {
  /** What is granted here changed: calls in flight are judged anew. */
  madeChanged: { provider: ProviderId; server: string };
  /** What this provider holds, or asked for, changed. */
  heldChanged: object;
  requested: { request: AccessRequest };
  /** A request of others was answered. */
  settled: object;
  /** A call runs under a grant that was made here. */
  used: object;
}

export interface Grants extends EventSource<GrantsEvents> {
  start(): void;
  stop(): void;
  /** Throws `ids.bad_provider`, `access.bad_term` or `access.too_many_grants`. */
  make(wanted: NewGrant): MadeGrant;
  /** Throws `access.unknown_grant`. */
  revoke(id: string): void;
  /** Takes over what another node of this provider granted, or that it revoked that. Throws `access.bad_grant` or as `certified` does. */
  adopt(id: string, made: { bytes: Uint8Array; note: string; revokedAt: number | undefined }): void;
  /** Calls that ran under a grant on another node of this provider. */
  noteUsesElsewhere(id: string, node: PeerId, used: number): void;
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
  /** A provider wants to share on what is open to him here; makes the grant where {@link GrantsDeps.mayShareOn} lets him. */
  giveOn(provider: ProviderId, server: string): void;
  /** Asks a provider who is connected for leave to share a server of his on. Rejects with `access.cannot_ask`. */
  askToShareOn(provider: ProviderId, server: string): Promise<void>;
  /** The links of a chain with signatures that hold, as base64url or bytes; undefined where one does not. */
  readChain: Chains['read'];
  judgeChain: Chains['judge'];
  /** The parties of a chain that holds now; undefined where it does not. */
  partiesOf(via: readonly string[]): { parties: readonly ProviderId[]; server: string } | undefined;
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
  /** How a provider may share on what is open to him here; undefined where he may not. Default: nobody may. */
  mayShareOn?(provider: ProviderId, server: string): SharingOn | undefined;
  /** Whether something rests on a held grant. Default: nothing does. */
  isNeeded?(id: string): boolean;
  /** Default: nobody is. */
  isBlocked?(provider: ProviderId): boolean;
}

/** The terms of a link that is given on asking. */
export type SharingOn = Pick<NewGrant, 'depth' | 'parent' | 'tools'>;

/** Links that were given on asking and have not ended; strangers can ask too. */
const MAX_LINKS = 1_000;
/** How long such a link lasts, and when it is given anew. */
const LINK_DAYS = 30;
const LINK_RENEWED_MS = 7 * 24 * 3_600_000;

export function createGrants(deps: GrantsDeps): Grants {
  const { clock } = deps;
  const events = createEmitter<GrantsEvents>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const book = createGrantBook(deps.db, deps.isNeeded);
  const chains = createChains({
    ...deps,
    book,
    isBlocked: deps.isBlocked ?? (() => false),
    mayShareOn: (provider, server) => deps.mayShareOn?.(provider, server) !== undefined,
  });
  const requests = createRequestBook(deps.db);
  const owned = createDisposableStore();
  const exchange = createGrantExchange({
    ...deps,
    book,
    requests,
    giveOn,
    onHeldChanged() {
      // What rests on a grant that is over is over too.
      for (const made of book.orphans()) end(made);
      events.emit('heldChanged', {});
    },
    onRequested: (request) => events.emit('requested', { request }),
  });

  function changed({ grant }: MadeGrant): void {
    events.emit('madeChanged', { provider: grant.to, server: grant.server });
    exchange.notify(grant.to);
  }

  const goodFor = (server: string): MadeGrant[] =>
    book.made().filter(
      // Those of other nodes are about their servers.
      ({ grant, revokedAt, signedBy }) =>
        grant.server === server && revokedAt === undefined && signedBy === undefined,
    );

  function end(made: MadeGrant): void {
    book.revoke(made.id, clock.now());
    changed(made);
  }

  function giveOn(provider: ProviderId, server: string): void {
    const now = clock.now();
    const links = book.made().filter(({ grant, revokedAt }) => grant.link && !revokedAt && now < grant.exp);
    const isGiven = links.some(
      ({ grant }) => grant.to === provider && grant.server === server && grant.exp - now > LINK_RENEWED_MS,
    );
    const terms = isGiven || links.length >= MAX_LINKS ? undefined : deps.mayShareOn?.(provider, server);
    if (!terms) return;
    const wanted = { ...terms, to: provider, server, days: LINK_DAYS, link: true as const };
    // It is told with the answer to who asked.
    book.add(signed(wanted, deps, book.made().length), '');
    events.emit('madeChanged', { provider, server });
  }

  return {
    on: events.on,
    giveOn,
    askToShareOn: exchange.askToShareOn,
    readChain: chains.read,
    judgeChain: chains.judge,
    partiesOf(via) {
      const links = chains.read(via) ?? [];
      const parties = partiesOf(links, clock.now());
      return parties.ok ? { parties: parties.value, server: links[0]?.grant.server ?? '' } : undefined;
    },
    start() {
      book.prune(clock.now() - KEPT_MS);
      requests.prune(clock.now() - KEPT_MS);
      owned.add(exchange.start());
    },
    stop: () => void owned.close(),
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
    adopt(id, { bytes, note, revokedAt }) {
      const known = book.get(id);
      if (!known) {
        const { issuer } = readGrant(open(bytes, GRANT_TYPE, deps.verify), deps.certified);
        if (issuer.providerId !== deps.self().providerId || grantId(bytes) !== id) throw notOwn();
        if (book.made().length >= MAX_MADE) book.prune(clock.now());
        book.add(bytes, note, issuer.peerId);
      }
      if (revokedAt !== undefined) book.revoke(id, revokedAt);
      const made = book.get(id);
      if (made && (!known || known.revokedAt !== made.revokedAt)) changed(made);
    },
    noteUsesElsewhere: book.noteElsewhere,
    made: book.made,
    held: book.held,
    covering: (call) => bestOf(book.madeTo(call.provider), call, clock.now()),
    use(id) {
      book.use(id, clock.now());
      events.emit('used', {});
    },
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
      const peer = await exchange.ask(provider, { server, tools, words });
      const asked = { side: 'elsewhere' as const, provider, peer, server, tools, words };
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
      events.emit('settled', {});
      exchange.notify(request.provider);
      return { ...request, state };
    },
  };
}

const notOwn = (): AppError =>
  new AppError('access.bad_grant', 'This grant was not made by a node of this provider.', {
    advice: 'Update all nodes of this provider.',
  });

const unknown = (code: string, message: string): AppError =>
  new AppError(code, message, { advice: 'Look at the list again; it may have changed.' });
