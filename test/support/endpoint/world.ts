/** An endpoint on loopback with servers that are functions: every port implemented in memory, nothing pretended inside. */
import { createEmitter } from '#shared/kernel/events.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { McpError, type McpExchange, type McpMessage } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { catalogNameFor } from '#shared/features/registry/names.ts';
import {
  createEndpoint,
  type CatalogEvents,
  type CatalogTool,
  type Endpoint,
  type EndpointLimits,
  type EndpointOptions,
  type Profile,
} from '#main/features/endpoint/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';

export type Handler = (params: JsonObject, exchange: McpExchange) => Promise<JsonObject> | JsonObject;

/** A server as the endpoint meets it: what it offers, and what it does for each method or `tools/call <name>`. */
export interface FunctionServer {
  tools?: Tool[];
  offers?: Partial<ServerOffers>;
  handle: Record<string, Handler>;
}

export const TOKEN = 'token-of-the-first-client';
export const OTHER_TOKEN = 'token-of-the-second-client';

/** Tokens that may do less. */
export const READ_TOKEN = 'token-that-may-read';
export const LIST_TOKEN = 'token-that-may-list';

export interface WorldOptions {
  servers?: Record<string, FunctionServer>;
  profiles?: Profile[];
  socketPath?: string;
  sessionKey?: Uint8Array;
  clock?: Clock;
  limits?: Partial<EndpointLimits>;
  port?: number;
  oauth?: EndpointOptions['oauth'];
  allowedHosts?: readonly string[];
}

export interface World {
  endpoint: Endpoint;
  url: string;
  /** Servers may be added, changed and removed; `changed` tells the endpoint. */
  servers: Map<string, FunctionServer>;
  changed(): void;
  emit<Name extends keyof CatalogEvents>(name: Name, event: CatalogEvents[Name]): void;
  /** Session keys that the endpoint said goodbye to. */
  ended: string[];
  stop(): Promise<void>;
}

const NO_OFFERS: ServerOffers = {
  serverInfo: { name: 'test', version: '1' },
  capabilities: { tools: {}, prompts: {}, resources: {}, logging: {}, completions: {} },
  protocolVersion: '2025-11-25',
  era: 'legacy',
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  listedAt: 0,
};

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const servers = new Map(Object.entries(options.servers ?? {}));
  const events = createEmitter<CatalogEvents>();
  const profiles = new Map<string, Profile>([
    ['default', { name: 'default', prefix: true }],
    ['bare', { name: 'bare', prefix: false }],
    ...(options.profiles ?? []).map((profile): [string, Profile] => [profile.name, profile]),
  ]);
  const ended: string[] = [];

  const tools = (): CatalogTool[] =>
    [...servers].flatMap(([server, { tools: offered = [] }]) =>
      offered.map((tool) => {
        const id = `${server}/${tool.name}`;
        return { name: catalogNameFor(server, tool.name, id, () => false), tool, server, id };
      }),
    );

  function run(server: string, key: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject> {
    const handler = servers.get(server)?.handle[key];
    if (!handler) return Promise.reject(new McpError(-32601, `no ${key} at ${server}`));
    return Promise.resolve().then(() => handler(params, exchange));
  }

  const endpoint = createEndpoint(
    {
      catalog: {
        on: events.on,
        tools,
        find: async (text, limit) =>
          tools()
            .filter(({ tool }) =>
              `${tool.name} ${tool.description}`.toLowerCase().includes(text.toLowerCase()),
            )
            .slice(0, limit)
            .map(({ id }) => id),
        servers: () =>
          [...servers].map(([server, { offers }]) => ({ server, offers: { ...NO_OFFERS, ...offers } })),
      },
      router: {
        callTool(id, params, exchange) {
          const [server = '', tool = ''] = id.split('/');
          return run(server, `tools/call ${tool}`, params, exchange);
        },
        request: (server, { method, params = {} }: McpMessage, exchange) =>
          run(server, method, params, exchange),
        sessionEnded: (session) => void ended.push(session),
      },
      authenticator: {
        authenticate(token) {
          if (token === TOKEN) return { clientId: 'first', name: 'first', profile: 'default' };
          if (token === OTHER_TOKEN) return { clientId: 'second', name: 'second', profile: 'default' };
          if (token === READ_TOKEN)
            return { clientId: 'reader', name: 'reader', profile: 'default', scope: 'read' };
          if (token === LIST_TOKEN)
            return { clientId: 'lister', name: 'lister', profile: 'default', scope: 'list' };
          return profiles.has(token) ? { clientId: token, name: token, profile: token } : undefined;
        },
        profile: (name) => profiles.get(name),
      },
      clock: options.clock ?? systemClock,
      random: systemRandom,
      log: silentLog,
    },
    {
      serverInfo: { name: 'toolswarm', title: 'Toolswarm', version: '0.0.0-test' },
      sessionKey: options.sessionKey ?? new Uint8Array(32).fill(7),
      port: options.port ?? 0,
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      ...(options.limits ? { limits: options.limits } : {}),
      ...(options.oauth ? { oauth: options.oauth } : {}),
      ...(options.allowedHosts ? { allowedHosts: options.allowedHosts } : {}),
    },
  );
  await endpoint.start();
  return {
    endpoint,
    url: endpoint.url,
    servers,
    changed: () => events.emit('changed', { tools: true, prompts: true, resources: true }),
    emit: events.emit,
    ended,
    stop: () => endpoint.stop(),
  };
}

const ECHO_SCHEMA = { type: 'object', properties: { message: { type: 'string' } } };

export const textResult = (text: string): JsonObject => ({ content: [{ type: 'text', text }] });

/** A server whose tools do what most tests need. */
export const echoServer = (): FunctionServer => ({
  tools: [
    { name: 'echo', description: 'Says it again.', inputSchema: ECHO_SCHEMA },
    { name: 'count', description: 'Counts with progress.', inputSchema: { type: 'object' } },
    { name: 'ask', description: 'Asks the client for its name.', inputSchema: { type: 'object' } },
    { name: 'wait', description: 'Ends when it is cancelled.', inputSchema: { type: 'object' } },
  ],
  handle: {
    'tools/call echo': (params) => textResult(String((params['arguments'] as JsonObject)['message'])),
    'tools/call count': (_, exchange) => {
      for (let progress = 1; progress <= 3; progress += 1)
        exchange.notify({ method: 'notifications/progress', params: { progress, total: 3 } });
      return textResult('3');
    },
    'tools/call ask': async (_, exchange) => {
      const answer = await exchange.ask({
        method: 'elicitation/create',
        params: {
          message: 'Your name?',
          requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
        },
      });
      return textResult(`hello ${String((answer['content'] as JsonObject)['name'])}`);
    },
    'tools/call wait': (_, exchange) =>
      new Promise((_resolve, reject) =>
        exchange.signal.addEventListener('abort', () => reject(exchange.signal.reason as Error)),
      ),
  },
});
