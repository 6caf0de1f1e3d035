/** One server: its lanes, its lists, its state. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { ServerConfig } from '#shared/features/servers/config.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import type { McpCaller, McpExchange, McpMessage, McpTarget } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { judgeAsk } from './asks.ts';
import type { BackoffPolicy } from './backoff.ts';
import type { Connector } from './connector.ts';
import { asAppError, createLane, type Lane } from './lane.ts';
import { type LanePolicy, sharedCapabilities } from './lane-rules.ts';
import { createLanes } from './lanes.ts';
import type { OffersDifference } from './listing.ts';
import type { LogRing } from './log-ring.ts';
import { createOffersReader } from './offers-reader.ts';
import { viewOf } from './server-view.ts';
import { createSessionRequests } from './session-requests.ts';
import type { Learnt } from './store.ts';
import { createSupervisor } from './supervisor.ts';
import type { Connection } from './wire/connection.ts';
import type { WireHandlers } from './wire/wire.ts';

export interface ServerDeps {
  clock: Clock;
  random: Random;
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
  /** Lists are not read again sooner than this, however short the server says that they hold. */
  minTtlMs: number;
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
  /** Reads the lists, once, unless that was done since the node started. Never rejects. */
  refresh(): Promise<void>;
  /** Whether the lists were not read yet since the node started. */
  readonly stale: boolean;
  /** First start after it was added: finds the era, the lists, and whether it offers more to clients that can be asked. */
  introduce(): Promise<void>;
  /** Its processes that run. */
  processes(): RunningProcess[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes over what is said of it; how it runs stays. The caller keeps the configuration. */
  describe(next: Pick<ServerConfig, 'name' | 'title' | 'description' | 'tags'>): void;
  sessionEnded(session: string): void;
  /** Ends everything; the server cannot be used afterwards. */
  close(): Promise<void>;
}

/** A process of a server. */
export interface RunningProcess {
  pid: number;
  /** Ends it for a reason that its callers are told; it is started again when it is wanted. */
  endFor(reason: AppError): void;
}

export function createServer(
  initial: { config: ServerConfig; learnt: Learnt; offers: ServerOffers | undefined },
  deps: ServerDeps,
  options: ServerOptions,
  events: ServerEvents,
): Server {
  const { clock, ring } = deps;
  let { config, learnt } = initial;
  let problem: AppError | undefined;
  let closed = false;
  const active = () => config.enabled && !closed;
  const everyLane = new Set<Lane>();
  // A process that keeps ending is left alone; an address that cannot be reached now may be later.
  const backoff =
    config.transport.type === 'http'
      ? { ...options.backoff, maxQuickExits: Number.POSITIVE_INFINITY }
      : options.backoff;
  const supervisor = createSupervisor(deps, backoff, () => ring.lastWords(5));
  const policy = (): LanePolicy => ({ interaction: config.interaction, ...learnt });
  const lanes = createLanes(deps, { maxOwn: options.maxLanes, policy, create: newLane });
  const offers = createOffersReader(
    initial.offers,
    {
      clock,
      lanes,
      newLane,
      policy,
      learnt: () => learnt,
      learn,
      save: deps.saveOffers,
      note: ring.event,
      failed: (lane, reason) => {
        if (active() && lane.connection) onEnded(lane, supervisor.ended(0, reason));
      },
      active,
    },
    options,
    events,
  );
  const sessionRequests = createSessionRequests(
    { clock, lanes, forward, note: ring.event, relist: offers.readSoon },
    events,
  );

  function learn(found: Partial<Learnt>): void {
    if (Object.entries(found).every(([key, value]) => learnt[key as keyof Learnt] === value)) return;
    learnt = { ...learnt, ...found };
    deps.saveLearnt(learnt);
    events.onChanged();
  }

  // Lanes

  function newLane(capabilities: JsonObject, owner?: McpCaller): Lane {
    const lane = createLane(
      { clock, supervisor },
      {
        owner,
        capabilities,
        connect,
        handlers: handlersOf,
        prepare,
        onChange: events.onChanged,
        onEnded,
        onClosed: (gone) => void everyLane.delete(gone),
      },
    );
    everyLane.add(lane);
    return lane;
  }

  /** Those in use, and those that were started only to read lists. */
  async function closeLanes(): Promise<void> {
    await lanes.close();
    await Promise.all([...everyLane].map((lane) => lane.close()));
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

  /** The shared process is kept warm: started again by itself. Others wait for their session's next request. */
  function onEnded(lane: Lane, delayMs: number | undefined): void {
    problem = supervisor.problem();
    if (delayMs === undefined) ring.event(problem?.message ?? 'given up');
    else clock.after(delayMs, () => reopen(lane));
    events.onChanged();
  }

  function reopen(lane: Lane): void {
    if (!active()) return;
    const again = learnt.introduced ? lane === lanes.currentShared && lane.open() : offers.introduce();
    if (again) again.catch((error: unknown) => ring.event(asAppError(error).message));
  }

  async function prepare(lane: Lane, connection: Connection): Promise<void> {
    try {
      await offers.read(lane, connection);
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
    if (verdict.kind === 'refuse') {
      if (verdict.interactive) becomeInteractive();
      throw verdict.error;
    }
    if (verdict.promote) {
      lanes.promote(lane, verdict.exchange.caller.session);
      becomeInteractive();
    }
    return verdict.exchange.ask({ method, ...(params ? { params } : {}) });
  }

  /** From now on clients that can be asked get a process of their own, and the shared one is told that nobody can be. */
  function becomeInteractive(): void {
    if (config.interaction !== 'auto') return;
    if (!learnt.interactive) {
      ring.event('asks its client: from now on each client that can be asked gets a process of its own');
      learn({ interactive: true });
    }
    // Whatever was known when it started: a shared process that asks must not stay.
    if (lanes.currentShared?.capabilities !== sharedCapabilities(policy())) lanes.retireShared();
  }

  // Requests

  async function request(message: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    if (!config.enabled) throw disabled(config.name);
    if (!learnt.introduced) {
      exchange.trace?.begin('start');
      await offers.introduce();
    }
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

  // Care

  function setEnabled(enabled: boolean): void {
    config = { ...config, enabled };
    deps.saveConfig(config);
  }

  const reaper = clock.every(Math.max(MIN_REAP_MS, options.laneIdleMs / 10), () => {
    lanes.reap(options.laneIdleMs, sessionRequests.holds);
    lanes.reapShared(idleLimit);
  });

  /** A shared process that no client ever used holds nothing worth keeping warm. */
  function idleLimit(lane: Lane): number {
    if (!lane.everUsed && config.transport.type !== 'http') return options.laneIdleMs;
    return options.idleStopMs > 0 ? options.idleStopMs : Number.POSITIVE_INFINITY;
  }

  return {
    get config() {
      return config;
    },
    view: () =>
      viewOf({
        config,
        offers: offers.current(),
        lanes: lanes.all(),
        introducing: offers.introducing,
        supervisor,
        problem: supervisor.problem() ?? problem,
      }),
    request,
    introduce: offers.introduce,
    offers: offers.current,
    schemaOf: offers.schemaOf,
    refresh: offers.refresh,
    get stale() {
      return offers.stale;
    },
    processes: () =>
      [...everyLane].flatMap(({ connection }) => {
        const { endFor, pid } = connection ?? {};
        return pid !== undefined && endFor ? [{ pid, endFor }] : [];
      }),
    async start() {
      setEnabled(true);
      supervisor.reset();
      problem = undefined;
      // A URL may have been upgraded since; a process is greeted in a way that finds out by itself.
      if (config.transport.type === 'http') learn({ era: undefined });
      await offers.open();
    },
    async stop() {
      setEnabled(false);
      ring.event('stopped');
      await closeLanes();
      problem = undefined;
      events.onChanged();
    },
    describe({ name, title, description, tags }) {
      config = { ...config, name, title, description, tags };
      events.onChanged();
    },
    sessionEnded(session) {
      sessionRequests.end(session);
      lanes.sessionEnded(session);
    },
    async close() {
      closed = true;
      reaper.cancel();
      offers.close();
      await closeLanes();
    },
  };
}

const MIN_REAP_MS = 1_000;

const disabled = (name: string): AppError =>
  new AppError('servers.disabled', `The server ${name} is switched off.`, {
    advice: `Start it with \`toolswarm servers start ${name}\`.`,
  });
