/** The built dashboard over the real web server, with the in-memory node behind it. */
import { fileURLToPath } from 'node:url';
import { CONTRACT_VERSION, type NodeHandlers, contract } from '#shared/contract.ts';
import { apiTokenMigrations } from '#main/node/api-tokens.ts';
import { createOperators, handlersFor } from '#main/node/operators.ts';
import { type LinkFor, webSessionMigrations } from '#main/node/web-sessions.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { createWebServer, type WebServer } from '#main/shells/headless/web-server.ts';
import { memoryDatabase } from '../database.ts';
import { createMemoryNode, type MemoryNode } from './memory-node.ts';
import type { World } from './world.ts';

export interface Dashboard {
  node: MemoryNode;
  /** Holds the sessions; a node that comes back has it still. */
  db: Database;
  /** Another one-time link. */
  openLink(wanted?: LinkFor): string;
  close(): Promise<void>;
}

/** `RENDERER_DIR` serves another build, for work on the pages. */
const builtRenderer =
  process.env['RENDERER_DIR'] ?? fileURLToPath(new URL('../../../dist/renderer', import.meta.url));

export interface DashboardOptions {
  /** 0 takes a free one; a dashboard that comes back after a stop needs the same again. */
  port?: number;
  rendererDir?: string;
  db?: Database;
}

export async function serveDashboard(
  world: (now: number) => World,
  {
    port = 0,
    rendererDir = builtRenderer,
    db = memoryDatabase(webSessionMigrations, apiTokenMigrations),
  }: DashboardOptions = {},
): Promise<Dashboard> {
  const node = createMemoryNode(world(clock.now()), { clock });
  const operators = createOperators({ db, clock, random });
  const handlers: NodeHandlers = {
    ...node.handlers,
    ...operators.handlers,
    'node.openLink': (wanted) => ({ url: web.openLink(wanted) }),
  };
  const web: WebServer = createWebServer(
    {
      contract,
      handlersFor: (operator) => handlersFor(handlers, operator),
      version: CONTRACT_VERSION,
      sessions: operators.webSessions,
      api: async (_, response) => void response.writeHead(404).end(),
      metrics: (_, response) => void response.writeHead(404).end(),
      registry: (_, response) => void response.writeHead(404).end(),
      clock,
      log: silentLog,
    },
    { port, rendererDir },
  );
  await web.start();
  return { node, db, openLink: web.openLink, close: () => web.close() };
}
