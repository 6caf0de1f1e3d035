/** Puts the endpoint together: one catalog, one way to the servers, two eras, two doors. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import { afterArrivals } from '#main/platform/turn.ts';
import { type CatalogView, createView } from './catalog/view.ts';
import { createViews } from './catalog/views.ts';
import { stopping } from './faults.ts';
import { createBodyReader } from './http/body.ts';
import { createEventResponses } from './http/events.ts';
import { createFront } from './http/front.ts';
import { createGuard } from './http/guard.ts';
import { createOauth, type OauthOptions } from './oauth/index.ts';
import { createLegacyHttp } from './legacy/http.ts';
import type { LegacySession } from './legacy/session.ts';
import { createSessionIds } from './legacy/session-id.ts';
import { createSessions } from './legacy/sessions.ts';
import { DEFAULT_LIMITS, type EndpointLimits } from './limits.ts';
import { createModernHttp } from './modern/http.ts';
import { createListeners } from './modern/listeners.ts';
import { createModernRequests } from './modern/requests.ts';
import type { Authenticator, CallRouter, CatalogSource, Profile } from './ports.ts';
import { createPresence, type EndpointClient } from './presence.ts';
import { createSocketServer } from './socket/server.ts';

export interface EndpointDeps {
  catalog: CatalogSource;
  router: CallRouter;
  authenticator: Authenticator;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface EndpointOptions {
  /** What the endpoint calls itself: MCP `Implementation`. */
  serverInfo: { name: string; version: string; title?: string };
  /** At least 32 secret bytes, kept across restarts: they make sessions survive one. */
  sessionKey: Uint8Array;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Unix socket path or `\\.\pipe\…`; absent: no local socket. */
  socketPath?: string;
  /** Host names that the endpoint may be reached under, beyond this machine's own. */
  allowedHosts?: readonly string[];
  /** Origins of web pages that may speak to it, beyond this machine's own. */
  allowedOrigins?: readonly string[];
  /** Takes tokens of an authorization server beside those of this node; absent: it does not. */
  oauth?: OauthOptions | undefined;
  limits?: Partial<EndpointLimits>;
}

export interface Endpoint {
  /** Throws `AppError`: `endpoint.port_in_use`, `endpoint.socket_in_use`, `endpoint.cannot_listen`. */
  start(): Promise<void>;
  /** Answers what waits with `endpoint.stopping`, then closes every connection. Idempotent. */
  stop(): Promise<void>;
  /** `http://host:port/mcp`; empty before `start`. */
  readonly url: string;
  /** The client's token was revoked: what it has open ends. */
  endClient(clientId: string): void;
  /** Who is connected now. */
  clients(): EndpointClient[];
  /** Calls back, at most twice a second, when that changed. */
  onClientsChanged(listener: () => void): () => void;
  /** What clients of a profile would see, whatever they see now. */
  view(profile: Profile): CatalogView;
  /** What clients of a profile see. Throws `endpoint.unknown_profile`. */
  shown(profile: string): CatalogView;
}

export function createEndpoint(deps: EndpointDeps, options: EndpointOptions): Endpoint {
  const { authenticator, catalog, clock, random, router } = deps;
  const log = deps.log.child('endpoint');
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const serverInfo = { ...options.serverInfo } as JsonObject;
  const newKey = (): string => toBase64Url(random.bytes(18));
  const host = options.host ?? '127.0.0.1';
  const owned = createDisposableStore();

  const profile = (name: string) => authenticator.profile(name);
  const viewOptions = { pageItems: limits.pageItems, debounceMs: limits.debounceMs, serverInfo };
  const views = createViews({ catalog, profile, clock }, viewOptions);
  const presence = createPresence({ clock, newKey });
  const events = createEventResponses(limits.unreadBytes);
  const ids = createSessionIds(options.sessionKey, random);
  const sessions = createSessions({ router, views, ids, presence, clock, random, log }, limits);
  const requests = createModernRequests({ router, views, presence, clock, newKey, serverInfo, log }, limits);
  const listeners = createListeners({ router, views, presence, newKey, serverInfo, log }, limits);
  const legacy = createLegacyHttp({ sessions, views, events, serverInfo, log }, limits);
  const modern = createModernHttp({ requests, listeners, events, log });
  const oauth = options.oauth && createOauth({ clock }, options.oauth, () => port ?? options.port);
  const guard = createGuard(authenticator, {
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    oauth,
  });
  const bodies = createBodyReader({ clock }, limits);
  const hasProfile = (name: string): boolean => profile(name) !== undefined;
  const front = createFront({ guard, bodies, legacy, modern, hasProfile, clock, log }, limits);
  const socket = createSocketServer(
    { router, views, requests, listeners, presence, newKey, serverInfo, clock, log },
    limits,
  );
  let port: number | undefined;

  /** Every legacy session there is, with its profile. */
  function* legacySessions(): Iterable<LegacySession> {
    for (const { session } of sessions.all()) yield session;
    for (const { session } of socket.connections()) if (session) yield session;
  }

  function sessionsByKey(keys: readonly string[]): LegacySession[] {
    const wanted = new Set(keys);
    return [...legacySessions()].filter((session) => wanted.has(session.key));
  }

  function tellChanges(): void {
    owned.defer(
      views.on('changed', (event) => {
        listeners.changed(event);
        for (const session of legacySessions()) {
          if (session.facts.profile !== event.profile) continue;
          if (event.tools) session.tell('notifications/tools/list_changed');
          if (event.prompts) session.tell('notifications/prompts/list_changed');
          if (event.resources) session.tell('notifications/resources/list_changed');
        }
      }),
    );
    owned.defer(
      catalog.on('resourceUpdated', (event) => {
        listeners.resourceUpdated(event);
        for (const session of sessionsByKey(event.sessions))
          if (session.subscribed(event.uri))
            session.tell('notifications/resources/updated', { uri: event.uri });
      }),
    );
    owned.defer(
      catalog.on('logged', (event) => {
        for (const session of sessionsByKey(event.sessions)) session.logged(event.params);
      }),
    );
  }

  return {
    async start() {
      tellChanges();
      owned.defer(() => views.close());
      owned.defer(() => presence.close());
      const keepAlive = clock.every(limits.keepAliveMs, () => events.keepAlive());
      owned.defer(() => keepAlive.cancel());
      if (options.socketPath !== undefined) {
        await socket.listen(options.socketPath);
        owned.defer(() => socket.close(stopping()));
      }
      port = await front.listen(host, options.port);
      owned.defer(() => front.close());
      log.info({ port, socket: options.socketPath }, 'MCP is served');
    },
    async stop() {
      listeners.closeAll();
      sessions.close(stopping());
      requests.close();
      // One turn of the loop for the answers that this caused.
      await new Promise<void>(afterArrivals);
      await owned.close();
    },
    get url() {
      return port === undefined ? '' : `http://${host.includes(':') ? `[${host}]` : host}:${port}/mcp`;
    },
    endClient(clientId) {
      front.drop(clientId);
      sessions.endClient(clientId);
    },
    clients: presence.list,
    onClientsChanged: (listener) => presence.on('changed', listener),
    view: (chosen) =>
      createView(
        chosen,
        { tools: catalog.tools(), servers: catalog.servers(), find: catalog.find },
        viewOptions,
      ),
    shown: views.peek,
  };
}
