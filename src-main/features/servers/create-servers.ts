/** All servers of this node: what was added, kept, started and stopped. */
import { type Emitter, createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Random } from '#shared/kernel/random.ts';
import { type ServerConfig, serverConfigSchema } from '#shared/features/servers/config.ts';
import type { ServerChange, ServerView } from '#shared/features/servers/contract.ts';
import { DEFAULT_PROFILE } from '#shared/features/servers/login.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { loginShellPath } from '#main/platform/login-shell.ts';
import type { Log } from '#main/platform/log.ts';
import { createProcesses } from '#main/platform/processes.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { BACKOFF, type BackoffPolicy } from './backoff.ts';
import type { LaunchPackage } from './connector.ts';
import { nameTaken, noPackages, notFound, noValue, tooMany } from './faults.ts';
import type { LogLine } from './log-ring.ts';
import { createLogins, type Logins, type LoginsOptions } from './login/index.ts';
import type { RunningProcess } from './server.ts';
import { createServersStore, learntSchema } from './store.ts';
import { createProfileUnits } from './profile-units.ts';
import { createUnit, type Unit, type UnitStart } from './unit.ts';
import { createUpdates } from './updates.ts';
import { createVaults, type SecretsPort } from './vaults.ts';

export interface ServersDeps {
  db: Database;
  secrets: SecretsPort;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface ServersOptions {
  /** This node as MCP `Implementation`, told to servers. */
  clientInfo?: { name: string; version: string } & JsonObject;
  /** From the start of a server to the end of its handshake. Default 30,000. */
  startTimeoutMs?: number;
  /** A call without answer or progress for this long fails with `servers.timeout`. Default 300,000. */
  idleTimeoutMs?: number;
  /** Longest message from a server. Default 8 MiB, at most 64 MiB. */
  maxMessageBytes?: number;
  /** Calls to one process that wait for an answer. Default 1,024. */
  maxPending?: number;
  /** Processes of one server for sessions of their own; a question that nobody answers holds one for minutes. Default 64. */
  maxLanes?: number;
  /** A session's process ends when unused for this long, as does a shared one that no client used. Default 300,000. */
  laneIdleMs?: number;
  /** A shared process that clients used ends when unused for this long; 0, the default: never, for it may hold state. */
  idleStopMs?: number;
  /** Quiet time after `list_changed` before the lists are read again. Default 50. */
  relistDelayMs?: number;
  /** Lists that hold for a time only are not read again sooner than this. Default 10 s. */
  minTtlMs?: number;
  backoff?: BackoffPolicy;
  /** Where programs are found. Default: the PATH of the login shell, asked for once. */
  path?: () => Promise<string>;
  /** How remote servers are signed in at. */
  login?: LoginsOptions;
  /** How servers of packages are started. Default: there are none. */
  launch?: LaunchPackage;
}

export interface ServersEvents {
  /** Any fact in the server's view. */
  changed: { server: string };
  added: { server: string };
  removed: { server: string };
  /** Follows by `removed` and `added`; what is kept under its name moves with it. */
  renamed: { from: string; to: string };
  /** What the operator says of it changed. */
  described: { server: string };
  /** Lists that really differ from before. */
  offersChanged: { server: string; tools: boolean; prompts: boolean; resources: boolean };
  resourceUpdated: { server: string; uri: string; sessions: string[] };
  /** `notifications/message` params that belong to no single request. */
  logged: { server: string; params: JsonObject; sessions: string[] };
}

export interface Servers extends EventSource<ServersEvents> {
  list(): ServerView[];
  /** Throws `servers.not_found`. */
  get(name: string): ServerView;
  has(name: string): boolean;
  /**
   * Keeps the server, starts it once and reads its lists. A server that does not start is kept too: its view says why.
   * Throws `servers.name_taken`, `servers.too_many` or `servers.secret_missing`.
   */
  add(config: ServerConfig, secretValues?: Record<string, string>): Promise<ServerView>;
  /**
   * Changes what `change` names; its approvals, sharing and other secrets stay. What is to run otherwise is started once
   * before the old configuration is given up. Throws `servers.update_failed` where it does not start (the old one stays;
   * `unchecked`: kept all the same), `servers.name_taken` or `servers.busy`.
   */
  update(
    name: string,
    change: ServerChange,
    options?: { unchecked?: boolean; signal?: AbortSignal; onSwitched?: () => void },
  ): Promise<ServerView>;
  /** Ends it, forgets it and its secrets. Throws `servers.not_found`. */
  remove(name: string): Promise<void>;
  /** Switches it on and starts it now. Rejects with the reason why it could not be started. */
  start(name: string): Promise<ServerView>;
  /** Ends its processes; it stays off until started. */
  stop(name: string): Promise<ServerView>;
  restart(name: string): Promise<ServerView>;
  /** Its processes that run; none of servers that are reached by URL. */
  processes(name: string): RunningProcess[];
  logs(name: string, limit: number): LogLine[];
  /** Calls `listener` for each new line until the returned function is called. */
  followLogs(name: string, listener: (line: LogLine) => void): () => void;
  /** Where its requests go. A server that is removed later rejects with `servers.not_found`. */
  target(name: string): McpTarget;
  /** Values of secrets of all servers, which are not to leave this node. */
  hidden(): string[];
  /** What it last offered, at once, from the store if need be; read again behind once per life of the node. */
  offers(name: string): ServerOffers | undefined;
  /** Signing in at remote servers. */
  readonly logins: Logins;
  /** The client's session is over: its processes, subscriptions and levels go. */
  sessionEnded(session: string): void;
  /** Ends everything. The servers cannot be used afterwards. */
  stopAll(): Promise<void>;
}

/** Servers of one node. */
const MAX_SERVERS = 256;
/** Servers that are started at a time only to read their lists again. */
const MAX_REFRESHING = 2;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export function createServers(deps: ServersDeps, options: ServersOptions = {}): Servers {
  const { clock, random } = deps;
  const log = deps.log.child('servers');
  const store = createServersStore(deps.db);
  const vaults = createVaults(deps);
  const emitter: Emitter<ServersEvents> = createEmitter((error) => log.error({ error }, 'a listener failed'));
  const processes = createProcesses({ clock });
  const units = new Map<string, Unit>();
  let foundPath: Promise<string> | undefined;
  const path = () => (foundPath ??= (options.path ?? (() => loginShellPath({ clock })))());
  const settings = withDefaults(options);
  const logins = createLogins(
    { ...deps, log },
    {
      config: (name) => units.get(name)?.server.config,
      changed: (name) => emitter.emit('changed', { server: name }),
      signedIn: (name, profile) => void reviveAfterLogin(name, profile),
    },
    options.login,
  );
  const launch = options.launch ?? noPackages;
  const unitDeps = { clock, random, processes, store, vaults, logins, path, launch };

  const stored = store.list();
  vaults.sweep(new Set(stored.map(({ vault }) => vault)));
  logins.sweep(new Set(stored.map(({ config }) => config.name)));
  for (const start of stored) install(build({ ...start, offers: store.offers(start.config.name) }));

  function build(start: UnitStart): Unit {
    return createUnit(unitDeps, start, settings, {
      changed: (server) => emitter.emit('changed', { server }),
      offersChanged: (server, difference) => emitter.emit('offersChanged', { server, ...difference }),
      resourceUpdated: (server, uri, sessions) => emitter.emit('resourceUpdated', { server, uri, sessions }),
      logged: (server, params, sessions) => emitter.emit('logged', { server, params, sessions }),
    });
  }

  function install(unit: Unit): Unit {
    const { name } = unit.server.config;
    units.set(name, unit);
    unit.takeOffice(name);
    return unit;
  }

  function find(name: string): Unit {
    const found = units.get(name);
    if (!found) throw notFound(name);
    return found;
  }

  const profiles = createProfileUnits({ logins, build });
  const update = createUpdates({
    units: { get: (name) => units.get(name), find, has: (name) => units.has(name) },
    store,
    vaults,
    build,
    install,
    renamed(from, to) {
      logins.rename(from, to);
      units.delete(from);
      emitter.emit('renamed', { from, to });
      emitter.emit('removed', { server: from });
      emitter.emit('added', { server: to });
      emitter.emit('offersChanged', { server: to, tools: true, prompts: true, resources: true });
    },
    changed(server, what) {
      if (what.offers) emitter.emit('offersChanged', { server, tools: true, prompts: true, resources: true });
      emitter.emit('described', { server });
      emitter.emit('changed', { server });
    },
    note: (server, error) => log.warn({ server, error }, 'did not start'),
  });

  const viewOf = (unit: Unit): ServerView => logins.withLogin(unit.server.view());

  /** Servers are started behind a few at a time, so that a cold start does not bring the machine to its knees. */
  const waiting = new Set<string>();
  let refreshing = 0;
  function refreshBehind(name: string): void {
    waiting.add(name);
    for (const next of waiting) {
      if (refreshing >= MAX_REFRESHING) return;
      waiting.delete(next);
      refreshing += 1;
      void (units.get(next)?.server.refresh() ?? Promise.resolve()).then(() => {
        refreshing -= 1;
        const [following] = waiting;
        if (following !== undefined) refreshBehind(following);
      });
    }
  }

  /** Signed in, it can do what it could not before. */
  async function reviveAfterLogin(name: string, profile: string): Promise<void> {
    if (profile !== DEFAULT_PROFILE) return profiles.drop(name);
    const server = units.get(name)?.server;
    if (!server?.config.enabled) return;
    await server.start().catch((error: unknown) => log.warn({ server: name, error }, 'did not start'));
  }

  async function add(given: ServerConfig, secretValues: Record<string, string> = {}): Promise<ServerView> {
    const config = serverConfigSchema.parse({
      ...given,
      secrets: [...new Set([...(given.secrets ?? []), ...Object.keys(secretValues)])],
    });
    const { name } = config;
    if (units.has(name)) throw nameTaken(name);
    if (units.size >= MAX_SERVERS) throw tooMany(MAX_SERVERS);
    for (const key of config.secrets) if (secretValues[key] === undefined) throw noValue(name, key);
    const vault = vaults.create(name, secretValues);
    store.add(config, vault, clock.now());
    const unit = install(build({ config, vault, learnt: learntSchema.parse({}), offers: undefined }));
    emitter.emit('added', { server: name });
    if (config.enabled)
      await unit.server
        .introduce()
        .catch((error: unknown) => log.warn({ server: name, error }, 'did not start'));
    return viewOf(unit);
  }

  async function remove(name: string): Promise<void> {
    const unit = find(name);
    units.delete(name);
    profiles.drop(name);
    await unit.close();
    store.remove(name);
    vaults.drop(unit.vault);
    logins.forget(name);
    emitter.emit('removed', { server: name });
  }

  async function stop(name: string): Promise<ServerView> {
    profiles.drop(name);
    await find(name).server.stop();
    return viewOf(find(name));
  }

  async function start(name: string): Promise<ServerView> {
    await find(name).server.start();
    return viewOf(find(name));
  }

  return {
    on: emitter.on,
    list: () => [...units.values()].map(viewOf),
    get: (name) => viewOf(find(name)),
    has: (name) => units.has(name),
    add,
    async update(name, change, given) {
      return viewOf(find(await update(name, change, given)));
    },
    remove,
    start,
    stop,
    async restart(name) {
      await stop(name);
      return start(name);
    },
    processes: (name) => find(name).server.processes(),
    logs: (name, limit) => find(name).log.ring.lines(limit),
    followLogs: (name, listener) => find(name).log.ring.on(listener),
    target: (name) => ({
      request: async (message, exchange) =>
        profiles.for(find(name), exchange.caller).server.request(message, exchange),
    }),
    hidden: () => [...new Set([...units.values()].flatMap((unit) => unit.hidden()))],
    offers(name) {
      const server = units.get(name)?.server;
      if (server?.stale) refreshBehind(name);
      return server?.offers();
    },
    logins,
    sessionEnded(session) {
      for (const { server } of units.values()) server.sessionEnded(session);
      profiles.sessionEnded(session);
    },
    async stopAll() {
      await logins.close();
      await profiles.close();
      await Promise.all([...units.values()].map((unit) => unit.close()));
      await processes.close();
    },
  };
}

function withDefaults(options: ServersOptions) {
  return {
    clientInfo: options.clientInfo ?? { name: 'toolswarm', version: '0.1.0' },
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
    maxMessageBytes: Math.min(options.maxMessageBytes ?? 8 * 1024 * 1024, MAX_MESSAGE_BYTES),
    maxPending: options.maxPending ?? 1_024,
    maxLanes: options.maxLanes ?? 64,
    laneIdleMs: options.laneIdleMs ?? 300_000,
    idleStopMs: options.idleStopMs ?? 0,
    relistDelayMs: options.relistDelayMs ?? 50,
    minTtlMs: options.minTtlMs ?? 10_000,
    backoff: options.backoff ?? BACKOFF,
  };
}
