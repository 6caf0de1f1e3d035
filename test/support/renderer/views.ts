/** Answers of the in-memory node that are computed from its world. */
import { readCandidates } from '#main/features/servers/import/candidates.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { OWN_PEER, OWN_PROVIDER, type World } from './world.ts';

export function statusOf(world: World) {
  const states = world.tools.map(({ view }) => view.state);
  const count = (...wanted: Array<ToolView['state']>) =>
    states.filter((state) => wanted.includes(state)).length;
  return {
    version: '0.1.0',
    pid: 4711,
    dataDir: '/home/sam/.local/share/toolswarm',
    startedAt: world.startedAt,
    providerId: OWN_PROVIDER,
    peerId: OWN_PEER,
    displayName: world.displayName,
    addresses: [`/ip4/127.0.0.1/tcp/7422/p2p/${OWN_PEER}`, `/ip4/192.168.178.24/tcp/7422/p2p/${OWN_PEER}`],
    mcpUrl: 'http://127.0.0.1:7420/mcp',
    webUrl: 'http://127.0.0.1:7421/',
    peers: world.peers.filter((peer) => peer.connected).length,
    servers: {
      total: world.servers.length,
      running: world.servers.filter(({ state }) => state === 'running').length,
      failed: world.servers.filter(({ state }) => state === 'failed').length,
    },
    tools: {
      catalog: count('local', 'approved'),
      network: world.tools.filter(({ view }) => view.origin === 'network').length,
      pending: count('pending'),
      changed: count('changed'),
    },
    residentBytes: 96_000_000,
  };
}

export const identityOf = (world: World) => ({
  providerId: OWN_PROVIDER,
  peerId: OWN_PEER,
  createdAt: world.startedAt,
  profile: { displayName: world.displayName },
  passphraseProtected: false,
  recoveryPhraseConfirmed: world.phraseConfirmed,
  rotatedFrom: [],
  rootHere: true,
  formerProvider: null,
});

export const invocationOf = (
  world: World,
  view: ToolView,
  startedAt: number,
  durationMs: number,
): Invocation => ({
  id: `call-${world.calls.length}-new`,
  direction: view.origin === 'local' ? 'local' : 'outgoing',
  startedAt,
  durationMs,
  outcome: 'ok',
  method: 'tools/call',
  server: view.server,
  tool: view.name,
  client: 'dashboard',
  requestBytes: 120,
  responseBytes: 240,
});

/** Reads `{"mcpServers": {name: {…}}}` or a `server.json`, as the node itself reads them. */
export function previewOf(world: World, text: string) {
  const given = readJson(text);
  if ('packages' in given || 'remotes' in given)
    return { format: 'server.json', items: readListed(world, given) };
  const { mcpServers = {} } = given as { mcpServers?: Record<string, Record<string, unknown>> };
  const entries = Object.entries(mcpServers).map(([name, entry]) => ({
    kind: 'client' as const,
    name,
    entry,
  }));
  const sources = { environment: {}, home: '/home/sam' };
  return { format: 'Claude Desktop', items: readCandidates(entries, world.servers, sources) };
}

/** A `server.json`, read as the node itself reads it. */
const readListed = (world: World, entry: object) =>
  readCandidates(
    [
      {
        kind: 'registry',
        name:
          String((entry as { name?: unknown }).name)
            .split('/')
            .at(-1) ?? '',
        entry: entry as Record<string, unknown>,
      },
    ],
    world.servers,
    { environment: {}, home: '/home/sam' },
  );

function readJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new AppError('servers.unreadable_import', 'This is not a configuration that can be read.', {
      advice: 'Paste the whole file, braces included.',
    });
  }
}
