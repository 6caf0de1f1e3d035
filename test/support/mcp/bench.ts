/** Servers with real parts, in memory, for tests of the slice `servers`. */
import { fileURLToPath } from 'node:url';
import {
  createServers,
  type Servers,
  serversMigrations,
  type ServersOptions,
} from '#main/features/servers/index.ts';
import { stillRunning } from '#main/platform/process-tree.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { type ServerConfig, serverConfigSchema } from '#shared/features/servers/config.ts';
import type { McpCaller, McpExchange, McpMessage } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { memoryDatabase } from '../database.ts';

export interface ServersBench {
  servers: Servers;
  db: Database;
  secrets: Map<string, string>;
  /** The same database and secrets in a new life of the node. */
  reopen(): Promise<ServersBench>;
}

export function createServersBench(
  options: ServersOptions = {},
  db: Database = memoryDatabase(serversMigrations),
  secrets = new Map<string, string>(),
): ServersBench {
  const servers = createServers(
    {
      db,
      secrets: {
        get: (key) => secrets.get(key),
        set: (key, value) => void secrets.set(key, value),
        delete: (key) => void secrets.delete(key),
        keys: () => [...secrets.keys()].sort(),
      },
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    },
    { path: async () => process.env['PATH'] ?? '', ...options },
  );
  return {
    servers,
    db,
    secrets,
    async reopen() {
      await servers.stopAll();
      return createServersBench(options, db, secrets);
    },
  };
}

/** The path of a fixture program in this folder. */
export const fixture = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A stdio server that runs a fixture program on this Node. */
export const program = (
  name: string,
  file: string,
  args: string[] = [],
  more: Partial<ServerConfig> = {},
): ServerConfig =>
  serverConfigSchema.parse({
    name,
    transport: { type: 'stdio', command: process.execPath, args: [fixture(file), ...args] },
    ...more,
  });

export const remote = (name: string, url: string, more: Partial<ServerConfig> = {}): ServerConfig =>
  serverConfigSchema.parse({ name, transport: { type: 'http', url }, ...more });

export interface TestExchange extends McpExchange {
  /** What was sent on the request's own stream. */
  notified: McpMessage[];
  /** What the server asked. */
  asked: McpMessage[];
  cancel(): void;
}

export const FULL: JsonObject = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } };

/** A client's request, answered by `answer` when the server asks. */
export function exchangeOf(
  caller: Partial<McpCaller> = {},
  answer: (request: McpMessage) => JsonObject | Promise<JsonObject> = () => ({ answered: true }),
): TestExchange {
  const controller = new AbortController();
  const notified: McpMessage[] = [];
  const asked: McpMessage[] = [];
  return {
    caller: {
      era: 'legacy',
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
      session: 'session-1',
      principal: 'local',
      ...caller,
    },
    signal: controller.signal,
    notify: (message) => void notified.push(message),
    async ask(request) {
      asked.push(request);
      return answer(request);
    },
    notified,
    asked,
    cancel: () => controller.abort(),
  };
}

/** Calls a tool; `_meta` goes into the params. */
export const callTool = (
  servers: Servers,
  server: string,
  name: string,
  args: JsonObject = {},
  exchange: McpExchange = exchangeOf(),
  meta?: JsonObject,
): Promise<JsonObject> =>
  servers
    .target(server)
    .request(
      { method: 'tools/call', params: { name, arguments: args, ...(meta ? { _meta: meta } : {}) } },
      exchange,
    );

/** The text of a result's first content. */
export const textOf = (result: JsonObject): string =>
  (result['content'] as Array<{ text: string }>)[0]?.text ?? '';

/** Waits until `check` holds; the test's own time limit ends it. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether the process runs; one that ended and waits for an init to notice does not. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await stillRunning([pid])).length > 0;
}
