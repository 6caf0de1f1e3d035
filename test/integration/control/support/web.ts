import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION, type NodeHandlers, contract } from '#shared/contract.ts';
import { scopeNeeded } from '#main/node/api-scopes.ts';
import { apiTokenMigrations } from '#main/node/api-tokens.ts';
import { answerMetrics } from '#main/node/http-metrics.ts';
import { answerRegistry, type RegistryApiDeps } from '#main/node/registry-api.ts';
import { createOperators, handlersFor } from '#main/node/operators.ts';
import type { Operator } from '#shared/features/node/operators.ts';
import type { Role } from '#shared/features/node/roles.ts';
import { createHttpApi } from '#main/node/http-api.ts';
import { webSessionMigrations } from '#main/node/web-sessions.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { silentLog as log } from '#main/platform/log.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { createWebServer } from '#main/shells/headless/web-server.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createMemoryNode } from './node-handlers.ts';

/** A web server on a free port, with a small dashboard and the contract in memory. */
export async function startWeb({
  handlers: overrides = {},
  metrics = true,
  port = 0,
  registry = { isOn: () => false, versions: () => [] },
}: {
  handlers?: Partial<NodeHandlers>;
  /** Whether figures are told to collectors. */
  metrics?: boolean;
  port?: number;
  /** What is listed for programs that browse this node as a registry. */
  registry?: Pick<RegistryApiDeps, 'isOn' | 'versions'>;
} = {}) {
  const rendererDir = createDashboard();
  const db = memoryDatabase(apiTokenMigrations, webSessionMigrations);
  const memory = createMemoryNode();
  const operators = createOperators({ db, clock, random });
  const { apiTokens: tokens, webSessions: sessions } = operators;
  const handlers = { ...memory.handlers, ...operators.handlers, ...overrides };
  const served = {
    contract,
    handlersFor: (operator: Operator) => handlersFor(handlers, operator),
    clock,
    log,
  };
  const { authenticate } = tokens;
  const api = createHttpApi({
    ...served,
    authenticate,
    scopeNeeded,
    productVersion: '0.1.0',
  });
  const web = createWebServer(
    {
      ...served,
      version: CONTRACT_VERSION,
      sessions,
      api,
      metrics: (given, response) =>
        answerMetrics(
          { authenticate, isOn: () => metrics, text: () => 'toolswarm_peers 3\n' },
          given,
          response,
        ),
      registry: (given, response) => answerRegistry({ authenticate, ...registry }, given, response),
    },
    { port, rendererDir },
  );
  await web.start();
  const token = (scope: 'read' | 'operate', role: Role = 'owner') =>
    (
      tokens.handlers['api.tokens.create'](
        { name: 'test', scope, role },
        { signal: new AbortController().signal },
      ) as { token: string }
    ).token;
  return {
    web,
    asked: memory.asked,
    token,
    tokens,
    sessions,
    origin: web.url().slice(0, -1),
    async end() {
      await web.close();
      db.close();
      rmSync(rendererDir, { recursive: true, force: true });
    },
  };
}

function createDashboard(): string {
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-web-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Toolswarm</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b3c.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'app-1a2b3c.js.br'), 'as if compressed');
  writeFileSync(join(folder, 'assets', 'app-1a2b3c.js.map'), '{}');
  writeFileSync(join(folder, 'mark.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  return folder;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A request exactly as given: `fetch` would tidy up paths and refuse to send some headers. */
export function ask(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
