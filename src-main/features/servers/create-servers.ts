/** All servers of this node: what was added, kept, started and stopped. */
import { type Emitter, createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { type ServerConfig, serverConfigSchema } from '#shared/features/servers/config.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { loginShellPath } from '#main/platform/login-shell.ts';
import type { Log } from '#main/platform/log.ts';
import { createProcesses } from '#main/platform/processes.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { BACKOFF, type BackoffPolicy } from './backoff.ts';
import { createConnector } from './connector.ts';
import { createLogRing, createRedactor, type LogLine, type LogRing } from './log-ring.ts';
import { createServer, type Server } from './server.ts';
import { createServersStore, type Learnt, learntSchema } from './store.ts';

/** Values of secrets; the keystore stands behind it. */
export interface SecretsPort {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): void;
}

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
  backoff?: BackoffPolicy;
  /** Where programs are found. Default: the PATH of the login shell, asked for once. */
  path?: () => Promise<string>;
}

export interface ServersEvents {
  /** Any fact in the server's view. */
  changed: { server: string };
  added: { server: string };
  removed: { server: string };
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
  /** Ends it, forgets it and its secrets. Throws `servers.not_found`. */
  remove(name: string): Promise<void>;
  /** Switches it on and starts it now. Rejects with the reason why it could not be started. */
  start(name: string): Promise<ServerView>;
  /** Ends its processes; it stays off until started. */
  stop(name: string): Promise<ServerView>;
  restart(name: string): Promise<ServerView>;
  logs(name: string, limit: number): LogLine[];
  /** Calls `listener` for each new line until the returned function is called. */
  followLogs(name: string, listener: (line: LogLine) => void): () => void;
  /** Where its requests go. A server that is removed later rejects with `servers.not_found`. */
  target(name: string): McpTarget;
  /** What it last offered, at once, from the store if need be; read again behind once per life of the node. */
  offers(name: string): ServerOffers | undefined;
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
  const { clock, random, secrets } = deps;
  const log = deps.log.child('servers');
  const store = createServersStore(deps.db);
  const emitter: Emitter<ServersEvents> = createEmitter((error) => log.error({ error }, 'a listener failed'));
  const processes = createProcesses({ clock });
  const servers = new Map<string, { server: Server; ring: LogRing }>();
  let foundPath: Promise<string> | undefined;
  const path = () => (foundPath ??= (options.path ?? (() => loginShellPath({ clock })))());
  const settings = withDefaults(options);

  for (const { config, learnt } of store.list()) put(config, learnt, store.offers(config.name));

  function put(config: ServerConfig, learnt: Learnt, offers: ServerOffers | undefined): Server {
    const { name } = config;
    const secret = (key: string) => secrets.get(secretKey(name, key));
    const redact = createRedactor(() => config.secrets.flatMap((key) => secret(key) ?? []));
    const ring = createLogRing(clock, redact);
    const schemaOf = (tool: string) => server.schemaOf(tool);
    const connector = createConnector({ clock, processes, path, secret, schemaOf, log: ring }, config, {
      clock,
      redact,
      ...settings,
    });
    const server: Server = createServer(
      { config, learnt, offers },
      {
        clock,
        random,
        ring,
        connector,
        saveConfig: store.saveConfig,
        saveLearnt: (found) => store.saveLearnt(name, found),
        saveOffers: (found) => store.saveOffers(name, found),
      },
      settings,
      {
        onChanged: () => emitter.emit('changed', { server: name }),
        onOffersChanged: (difference) => emitter.emit('offersChanged', { server: name, ...difference }),
        onResourceUpdated: (uri, sessions) =>
          emitter.emit('resourceUpdated', { server: name, uri, sessions }),
        onLogged: (params, sessions) => emitter.emit('logged', { server: name, params, sessions }),
      },
    );
    servers.set(name, { server, ring });
    return server;
  }

  function find(name: string): { server: Server; ring: LogRing } {
    const found = servers.get(name);
    if (!found) throw notFound(name);
    return found;
  }

  /** Servers are started behind a few at a time, so that a cold start does not bring the machine to its knees. */
  const waiting = new Set<string>();
  let refreshing = 0;
  function refreshBehind(name: string): void {
    waiting.add(name);
    for (const next of waiting) {
      if (refreshing >= MAX_REFRESHING) return;
      waiting.delete(next);
      refreshing += 1;
      void (servers.get(next)?.server.refresh() ?? Promise.resolve()).then(() => {
        refreshing -= 1;
        const [following] = waiting;
        if (following !== undefined) refreshBehind(following);
      });
    }
  }

  async function add(given: ServerConfig, secretValues: Record<string, string> = {}): Promise<ServerView> {
    const config = serverConfigSchema.parse({
      ...given,
      secrets: [...new Set([...(given.secrets ?? []), ...Object.keys(secretValues)])],
    });
    const { name } = config;
    if (servers.has(name)) throw nameTaken(name);
    if (servers.size >= MAX_SERVERS) throw tooMany();
    for (const key of config.secrets) if (secretValues[key] === undefined) throw noValue(name, key);
    for (const [key, value] of Object.entries(secretValues)) secrets.set(secretKey(name, key), value);
    store.add(config, clock.now());
    const server = put(config, learntSchema.parse({}), undefined);
    emitter.emit('added', { server: name });
    if (config.enabled)
      await server.introduce().catch((error: unknown) => log.warn({ server: name, error }, 'did not start'));
    return server.view();
  }

  async function remove(name: string): Promise<void> {
    const { server } = find(name);
    servers.delete(name);
    await server.close();
    store.remove(name);
    for (const key of server.config.secrets) secrets.delete(secretKey(name, key));
    emitter.emit('removed', { server: name });
  }

  async function stop(name: string): Promise<ServerView> {
    await find(name).server.stop();
    return find(name).server.view();
  }

  async function start(name: string): Promise<ServerView> {
    await find(name).server.start();
    return find(name).server.view();
  }

  return {
    on: emitter.on,
    list: () => [...servers.values()].map(({ server }) => server.view()),
    get: (name) => find(name).server.view(),
    has: (name) => servers.has(name),
    add,
    remove,
    start,
    stop,
    async restart(name) {
      await stop(name);
      return start(name);
    },
    logs: (name, limit) => find(name).ring.lines(limit),
    followLogs: (name, listener) => find(name).ring.on(listener),
    target: (name) => ({
      request: async (message, exchange) => find(name).server.request(message, exchange),
    }),
    offers(name) {
      const server = servers.get(name)?.server;
      if (server?.stale) refreshBehind(name);
      return server?.offers();
    },
    sessionEnded(session) {
      for (const { server } of servers.values()) server.sessionEnded(session);
    },
    async stopAll() {
      await Promise.all([...servers.values()].map(({ server }) => server.close()));
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
    backoff: options.backoff ?? BACKOFF,
  };
}

const secretKey = (server: string, name: string): string => `${server}/${name}`;

const notFound = (name: string): AppError =>
  new AppError('servers.not_found', `There is no server ${name} here.`, {
    advice: 'See `toolswarm servers list`.',
  });

const nameTaken = (name: string): AppError =>
  new AppError('servers.name_taken', `There is a server ${name} already.`, {
    advice: 'Give another name, or remove the other server first.',
  });

const tooMany = (): AppError =>
  new AppError('servers.too_many', `This node has ${MAX_SERVERS} servers already.`, {
    advice: 'Remove one that is not needed.',
  });

const noValue = (server: string, name: string): AppError =>
  new AppError('servers.secret_missing', `The secret ${name} of the server ${server} has no value.`, {
    advice: `Give a value for ${name}.`,
  });
