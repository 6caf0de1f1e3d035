/** One server: its lanes, its lists, its state. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { ServerConfig, ServerState } from '#shared/features/servers/config.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import type { McpExchange, McpMessage, McpTarget } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Log } from '#main/platform/log.ts';
import { judgeAsk } from './asks.ts';
import type { BackoffPolicy } from './backoff.ts';
import type { Connector } from './connector.ts';
import { asAppError, createLane, type Lane } from './lane.ts';
import { catalogCapabilities, FULL_CAPABILITIES, type LanePolicy, NO_CAPABILITIES } from './lane-rules.ts';
import { createLanes } from './lanes.ts';
import { differenceOf, type OffersDifference, readOffers, sameItems } from './listing.ts';
import type { LogRing } from './log-ring.ts';
import { createSessionRequests } from './session-requests.ts';
import type { Learnt } from './store.ts';
import { createSupervisor } from './supervisor.ts';
import type { Connection } from './wire/connection.ts';
import type { WireHandlers } from './wire/wire.ts';

export interface ServerDeps {
  clock: Clock;
  random: Random;
  log: Log;
  ring: LogRing;
  connector: Connector;
  saveConfig(config: ServerConfig): void;
  saveLearnt(learnt: Learnt): void;
  saveOffers(offers: ServerOffers): void;
}

export interface ServerOptions {
  backoff: BackoffPolicy;
  maxLanes: number;
  laneIdleMs: number;
  /** The shared process of a stdio server ends when unused for this long; 0: never. */
  idleStopMs: number;
  /** Quiet time after `list_changed` before the lists are read again. */
  relistDelayMs: number;
}

export interface ServerEvents {
  onChanged(): void;
  onOffersChanged(difference: OffersDifference): void;
  onResourceUpdated(uri: string, sessions: string[]): void;
  onLogged(params: JsonObject, sessions: string[]): void;
}

export interface Server extends McpTarget {
  readonly config: ServerConfig;
  view(): ServerView;
  offers(): ServerOffers | undefined;
  /** The input schema of a tool as last listed. */
  schemaOf(tool: string): JsonObject | undefined;
  /** Reads the lists behind, once, unless that was done since the node started. */
  refresh(): void;
  /** First start after it was added: finds the era, the lists, and whether it offers more to clients that can be asked. */
  introduce(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  sessionEnded(session: string): void;
  /** Ends everything; the server cannot be used afterwards. */
  close(): Promise<void>;
}

export function createServer(
  initial: { config: ServerConfig; learnt: Learnt; offers: ServerOffers | undefined },
  deps: ServerDeps,
  options: ServerOptions,
  events: ServerEvents,
): Server {
  const { clock, ring } = deps;
  let { config, learnt, offers } = initial;
  let schemas = indexSchemas(offers);
  let problem: AppError | undefined;
  let refreshed = false;
  let closed = false;
  let introducing: Promise<void> | undefined;
  const supervisor = createSupervisor(deps, options.backoff, () => ring.lastWords(5));
  const policy = (): LanePolicy => ({ interaction: config.interaction, ...learnt });
  const lanes = createLanes(deps, { maxOwn: options.maxLanes, policy, create: newLane });
  const sessionRequests = createSessionRequests(
    { clock, lanes, forward, note: ring.event, relist: relistSoon },
    events,
  );

  function learn(found: Partial<Learnt>): void {
    if (Object.entries(found).every(([key, value]) => learnt[key as keyof Learnt] === value)) return;
    learnt = { ...learnt, ...found };
    deps.saveLearnt(learnt);
    events.onChanged();
  }

  // Lanes

  function newLane(capabilities: JsonObject, owner?: McpExchange['caller']): Lane {
    return createLane(
      { clock, supervisor },
      { owner, capabilities, connect, handlers: handlersOf, prepare, onChange: events.onChanged, onEnded },
    );
  }

  async function connect(
    capabilities: JsonObject,
    handlers: WireHandlers,
    signal: AbortSignal,
  ): Promise<Connection> {
    const connection = await deps.connector.connect(capabilities, handlers, signal, learnt.era);
    problem = undefined;
    learn({ era: connection.era });
    return connection;
  }

  function onEnded(lane: Lane, delayMs: number | undefined): void {
    problem = supervisor.problem();
    const keepWarm = lane === lanes.currentShared && config.enabled && !closed;
    if (delayMs === undefined) ring.event('given up: it ended too often');
    else if (keepWarm) clock.after(delayMs, () => reopen(lane));
    events.onChanged();
  }

  function reopen(lane: Lane): void {
    if (lane === lanes.currentShared && config.enabled && !closed)
      lane.open().catch((error: unknown) => ring.event(asAppError(error).message));
  }

  async function prepare(lane: Lane, connection: Connection): Promise<void> {
    try {
      if (lane === lanes.currentShared && makesCatalog(lane)) await relist(connection);
      await sessionRequests.restore(lane, connection);
    } catch (error) {
      ring.event(`its lists could not be read: ${asAppError(error).message}`);
    }
  }

  const handlersOf = (lane: Lane): WireHandlers => ({
    onRequest: (method, params, via) => onAsk(lane, method, params, via),
    onNotification: (method, params, via) => sessionRequests.onNotification(lane, method, params, via),
    onNote: ring.event,
    onRenewed: () => void (lane.connection && prepare(lane, lane.connection)),
  });

  async function onAsk(
    lane: Lane,
    method: string,
    params: JsonObject | undefined,
    via: McpExchange | undefined,
  ): Promise<JsonObject> {
    const verdict = judgeAsk(lane, method, params, via);
    if (verdict.kind === 'answer') return verdict.result;
    if (verdict.kind === 'forward') {
      if (verdict.promote) {
        lanes.promote(lane, verdict.exchange.caller.session);
        becomeInteractive();
      }
      return verdict.exchange.ask({ method, ...(params ? { params } : {}) });
    }
    if (verdict.interactive) becomeInteractive();
    throw verdict.error;
  }

  /** From now on clients that can be asked get a process of their own. */
  function becomeInteractive(): void {
    if (config.interaction !== 'auto' || learnt.interactive) return;
    ring.event('asks its client: from now on each client that can be asked gets a process of its own');
    learn({ interactive: true });
    lanes.retireShared();
  }

  // Lists

  async function relist(connection: Connection): Promise<void> {
    const read = await readOffers(connection, clock, ring.event);
    accept(read);
  }

  function accept(read: ServerOffers): void {
    const difference = differenceOf(offers, read);
    offers = read;
    schemas = indexSchemas(read);
    refreshed = true;
    deps.saveOffers(read);
    if (difference.tools || difference.prompts || difference.resources) events.onOffersChanged(difference);
    events.onChanged();
  }

  let relisting: ReturnType<Clock['after']> | undefined;
  function relistSoon(lane: Lane): void {
    relisting?.cancel();
    relisting = clock.after(options.relistDelayMs, () => {
      if (closed || !config.enabled) return;
      relistAfter(lane).catch((error: unknown) => ring.event(asAppError(error).message));
    });
  }

  /** The catalog never shows what only one session's process offers: its lists come from the process made for them. */
  async function relistAfter(lane: Lane): Promise<void> {
    const { currentShared } = lanes;
    if (lane === currentShared && lane.connection && makesCatalog(lane)) await relist(lane.connection);
    else if (lane.owner !== undefined && !(currentShared?.connection && makesCatalog(currentShared)))
      await openForUse();
  }

  const makesCatalog = (lane: Lane): boolean =>
    learnt.era === 'modern' || lane.capabilities === catalogCapabilities(policy());

  /** Reads the lists in a process that ends afterwards. */
  async function readIn(lane: Lane): Promise<ServerOffers> {
    return readOffers(await lane.open(), clock, ring.event);
  }

  // Getting to know it

  function introduce(): Promise<void> {
    introducing ??= compare().finally(() => {
      introducing = undefined;
    });
    return introducing;
  }

  async function compare(): Promise<void> {
    const plain = newLane(config.interaction === 'on' ? FULL_CAPABILITIES : NO_CAPABILITIES);
    try {
      const read = await readIn(plain);
      const more =
        config.interaction === 'auto' && read.era === 'legacy' ? await listsMoreThan(read) : undefined;
      learn({ introduced: true, offersMore: more?.differs ?? false });
      if (more && !more.differs) {
        await plain.close();
        lanes.adoptShared(more.lane);
      } else {
        await more?.lane.close();
        if (config.interaction === 'on') await plain.close();
        else lanes.adoptShared(plain);
      }
      accept(read);
    } catch (error) {
      await plain.close();
      throw error;
    }
  }

  /** Starts it a second time as a client that can be asked anything. */
  async function listsMoreThan(read: ServerOffers): Promise<{ lane: Lane; differs: boolean }> {
    const lane = newLane(FULL_CAPABILITIES);
    try {
      const full = await readIn(lane);
      const differs = !(['tools', 'prompts', 'resources'] as const).every((key) =>
        sameItems(read[key], full[key]),
      );
      return { lane, differs };
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  async function openForUse(): Promise<void> {
    if (!learnt.introduced) return introduce();
    if (config.interaction === 'on') {
      const lane = newLane(FULL_CAPABILITIES);
      try {
        accept(await readIn(lane));
      } finally {
        await lane.close();
      }
    } else await lanes.shared().open();
  }

  // Requests

  async function request(message: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    if (!config.enabled) throw disabled(config.name);
    if (!learnt.introduced) await introduce();
    return sessionRequests.handle(message, exchange) ?? forward(message, exchange);
  }

  async function forward(message: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    const lane = lanes.acquire(exchange.caller);
    try {
      return await lane.request(message, exchange, sessionRequests.levelOf(exchange.caller.session));
    } finally {
      lanes.release(lane);
    }
  }

  // State

  function state(): ServerState {
    if (!config.enabled) return 'disabled';
    if (lanes.all().some((lane) => lane.connection)) return 'running';
    if (introducing || lanes.all().some((lane) => lane.opening)) return 'starting';
    if (supervisor.failed) return 'failed';
    return supervisor.waiting ? 'backoff' : 'idle';
  }

  function view(): ServerView {
    const running = lanes.all().find((lane) => lane.connection);
    const shown = supervisor.problem() ?? problem;
    return {
      ...config,
      state: state(),
      ...(shown && !running
        ? { problem: { code: shown.code, message: shown.message, advice: shown.advice } }
        : {}),
      ...(running?.connection?.pid ? { pid: running.connection.pid } : {}),
      ...(running?.startedAt ? { startedAt: running.startedAt } : {}),
      restarts: supervisor.restarts,
      ...(offers ? identityOf(offers) : {}),
      toolCount: offers?.tools.length ?? 0,
      promptCount: offers?.prompts.length ?? 0,
      resourceCount: (offers?.resources.length ?? 0) + (offers?.resourceTemplates.length ?? 0),
    };
  }

  function setEnabled(enabled: boolean): void {
    config = { ...config, enabled };
    deps.saveConfig(config);
  }

  const reaper = clock.every(Math.max(1_000, options.laneIdleMs / 10), () => {
    lanes.reap(options.laneIdleMs, sessionRequests.holds);
    lanes.reapShared((lane) => idleLimit(lane));
  });

  /** A shared process that no client ever used holds nothing worth keeping warm. */
  function idleLimit(lane: Lane): number {
    if (lane.usedBy.size === 0 && config.transport.type === 'stdio') return options.laneIdleMs;
    return options.idleStopMs > 0 ? options.idleStopMs : Number.POSITIVE_INFINITY;
  }

  return {
    get config() {
      return config;
    },
    view,
    request,
    introduce,
    offers: () => offers,
    schemaOf: (tool) => schemas.get(tool),
    refresh() {
      if (refreshed || !config.enabled || closed) return;
      refreshed = true;
      openForUse().catch((error: unknown) => ring.event(asAppError(error).message));
    },
    async start() {
      if (closed) return;
      setEnabled(true);
      supervisor.reset();
      problem = undefined;
      // A URL may have been upgraded since; a process is greeted in a way that finds out by itself.
      if (config.transport.type === 'http') learn({ era: undefined });
      await openForUse();
    },
    async stop() {
      setEnabled(false);
      ring.event('stopped');
      await lanes.close();
      problem = undefined;
      events.onChanged();
    },
    sessionEnded(session) {
      sessionRequests.end(session);
      lanes.sessionEnded(session);
    },
    async close() {
      closed = true;
      reaper.cancel();
      relisting?.cancel();
      await lanes.close();
    },
  };
}

const indexSchemas = (offers: ServerOffers | undefined): Map<string, JsonObject> =>
  new Map(offers?.tools.map((tool) => [tool.name, tool.inputSchema as JsonObject]));

function identityOf(offers: ServerOffers): Partial<ServerView> {
  const { name, title, version } = offers.serverInfo;
  return {
    serverInfo: { name, ...(title === undefined ? {} : { title }), version },
    protocolVersion: offers.protocolVersion,
    era: offers.era,
  };
}

const disabled = (name: string): AppError =>
  new AppError('servers.disabled', `The server ${name} is switched off.`, {
    advice: `Start it with \`toolswarm servers start ${name}\`.`,
  });
