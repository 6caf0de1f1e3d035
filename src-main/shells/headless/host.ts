/** A node with its dashboard: what the headless shell runs, from start to stop. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONTRACT_VERSION, type NodeHandlers, contract } from '#shared/contract.ts';
import type { StartPhase } from '#shared/features/desktop/host.ts';
import type { Operator } from '#shared/features/node/operators.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { scopeNeeded } from '#main/node/api-scopes.ts';
import { type Node, type NodeFacts, type NodeOptions, createNode } from '#main/node/create-node.ts';
import { createHttpApi } from '#main/node/http-api.ts';
import { answerMetrics } from '#main/node/http-metrics.ts';
import { answerRegistry } from '#main/node/registry-api.ts';
import { handlersFor } from '#main/node/operators.ts';
import type { Log } from '#main/platform/log.ts';
import { PRODUCT_VERSION } from '#main/platform/version.ts';
import { type WebServer, createWebServer } from './web-server.ts';

export interface HostedNode {
  /** The line that says that everything runs. */
  ready: NodeFacts & { ready: true; webUrl: string };
  /** Resolves when the node was asked to stop, or must be built anew. */
  asked: Promise<'stop' | 'restart'>;
  /** Ports that the system chose, for a restart on the same ones; those of the settings may change with it. */
  ports: { mcpPort?: number; webPort?: number };
  handlers: NodeHandlers;
  log: Log;
  stop(): Promise<void>;
}

/**
 * Rejects with advice where something is taken or damaged; nothing is left open then.
 * @param onPhase hears of each step before it begins.
 */
export async function hostNode(
  options: NodeOptions,
  onPhase: (phase: StartPhase) => void = () => undefined,
): Promise<HostedNode> {
  onPhase('storage');
  const node = await createNode(options);
  const web = createNodeWebServer(node);
  const asked = new Promise<'stop' | 'restart'>((resolve) => {
    node.on('stopRequested', () => resolve('stop'));
    node.on('restartRequested', () => resolve('restart'));
  });
  const stop = async () => {
    await web.close();
    await node.stop();
  };
  try {
    onPhase('network');
    await node.start();
    onPhase('services');
    await web.start();
  } catch (error) {
    await stop();
    throw error;
  }
  node.attach(web);
  const facts = node.ready();
  return {
    ready: { ready: true, ...facts, webUrl: web.openLink() },
    asked,
    ports: {
      ...(node.settings.get('endpoint.port') === 0 ? { mcpPort: portOf(facts.mcpUrl) } : {}),
      ...(node.settings.get('dashboard.port') === 0 ? { webPort: portOf(web.url()) } : {}),
    },
    handlers: node.handlers,
    log: node.platform.log,
    stop,
  };
}

/**
 * As `hostNode`, with a second key: `passphrase` is used only where the keys ask for one. Given to open keys it would seal
 * them, and whoever took their passphrase away may not have it any more.
 */
export async function hostUnlocked(
  options: NodeOptions,
  passphrase: string | undefined,
  onPhase?: (phase: StartPhase) => void,
): Promise<HostedNode> {
  try {
    return await hostNode(options, onPhase);
  } catch (error) {
    const isAskedFor = error instanceof AppError && error.code === 'keystore.passphrase_needed';
    if (!isAskedFor || passphrase === undefined) throw error;
    return hostNode({ ...options, passphrase }, onPhase);
  }
}

function createNodeWebServer(node: Node): WebServer {
  const { exposition, platform, settings } = node;
  const { apiTokens, webSessions: sessions } = node.operators;
  const { clock, log } = platform;
  const served = {
    contract,
    handlersFor: (operator: Operator) => handlersFor(node.handlers, operator),
    clock,
    log: log.child('web'),
  };
  const { authenticate } = apiTokens;
  const api = createHttpApi({ ...served, authenticate, scopeNeeded, productVersion: PRODUCT_VERSION });
  return createWebServer(
    {
      ...served,
      version: CONTRACT_VERSION,
      sessions,
      api,
      metrics: (request, response) =>
        answerMetrics(
          { authenticate, isOn: () => settings.get('metrics.expose'), text: exposition },
          request,
          response,
        ),
      registry: (request, response) =>
        answerRegistry(
          {
            authenticate,
            isOn: () => settings.get('discovery.serve'),
            versions: node.registryListing.versions,
          },
          request,
          response,
        ),
    },
    { port: settings.get('dashboard.port'), rendererDir: findRenderer() },
  );
}

const portOf = (url: string): number => Number(new URL(url).port);

/** The built dashboard lies beside the bundle, or in the checkout that this source runs from. */
function findRenderer(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const built = join(folder, 'dist', 'renderer');
    if (existsSync(built)) return built;
  }
  return join(import.meta.dirname, 'renderer');
}
