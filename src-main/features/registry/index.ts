/**
 * What tools there are, here and on the network, and which of them stand in the catalog of this machine's AI clients.
 *
 *     const registry = createRegistry(deps, options);
 *     registry.setLocalServer('files', { offers, tags: [] });
 *     registry.setShare('files', share);            // publishes a signed entry
 *     registry.approve('z6Mk…/files/read_file');    // a network tool enters the catalog
 *     registry.catalog();                           // what AI clients see
 *
 * Invariants: a tool of the network enters the catalog only by the operator's decision, pinned to the fingerprint that
 * was shown; a changed fingerprint takes it out again; a catalog name once given never means another tool; an entry
 * that is not for everyone is never gossiped nor put into the DHT.
 */
import type { Share } from '#shared/features/access/contract.ts';
import { type CertifiedNode, ENTRY_TOPIC, ENTRY_TYPE, readEntry } from '#shared/features/registry/entry.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { diffTools, type FieldChange } from '#shared/features/registry/diff.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import { createDecisions } from './decisions.ts';
import { createDirectory, type DirectoryTool, toolKey } from './directory.ts';
import { createManifests } from './manifests.ts';
import { createCatalogNames } from './names.ts';
import { createNetworkEntries } from './network-entries.ts';
import { createPublisher, describeTools, type LocalServer, type PublishingNode } from './publisher.ts';
import { findTool } from './resolve.ts';
import { fullIdOf, stateOf, toolView } from './views.ts';

export { createRegistryHandlers } from './handlers.ts';
export { decidedProviders } from './decisions.ts';
export { registryMigrations } from './migrations.ts';
export type { PublishingNode } from './publisher.ts';

export interface RegistryEvents {
  /** Something in the directory or in decisions changed. */
  changed: { revision: number };
  /** What AI clients see changed. */
  catalogChanged: { revision: number };
}

/** A tool as the catalog shows it to AI clients. */
export interface CatalogEntry {
  name: string;
  tool: Tool;
  /** Local server name, or `provider/server`. */
  server: string;
  id: string;
}

/** Everything the relay needs to call a tool. */
export interface CallableTool {
  id: string;
  provider: ProviderId;
  server: string;
  tool: Tool;
  fingerprint: string;
  local: boolean;
  /** Nodes of the provider that offer exactly this tool. */
  nodes: PeerId[];
  /** Multiaddrs under which they may be dialled, each ending in its `/p2p/…`. */
  addresses: string[];
  state: ToolView['state'];
}

export interface Counts {
  revision: number;
  catalog: number;
  network: number;
  pending: number;
  changed: number;
}

export interface Registry extends EventSource<RegistryEvents> {
  start(): void;
  stop(): Promise<void>;
  setLocalServer(server: string, local: LocalServer): void;
  removeLocalServer(server: string): void;
  /** What a local server offers, as last told. */
  localOffers(server: string): ServerOffers | undefined;
  /** Throws `registry.manifest_too_large` where so much of a server cannot be shared. */
  checkShareable(server: string, tools: string[] | undefined): void;
  /** Makes the published entry of a server match its share; ends it where that cannot be done. */
  setShare(server: string, share: Share | undefined): void;
  /** Own servers whose entries are out. */
  published(): string[];
  list(scope: 'catalog' | 'local' | 'network' | 'all'): ToolView[];
  search(text: string, limit: number): ToolView[];
  /** Throws `registry.unknown_tool` or `registry.ambiguous`. */
  show(id: string): ToolView & { tool: Tool; diff?: FieldChange[] };
  /**
   * Throws `registry.already_local`, `registry.say_whose` where nothing says which provider's tool is meant (anybody can
   * call his tool so), or `registry.changed_meanwhile` where `fingerprint` is not the present one.
   */
  approve(id: string, fingerprint?: string): ToolView;
  reject(id: string): ToolView;
  alias(id: string, alias: string): ToolView;
  /** A provider goes by a new key: decisions, names and aliases of his tools follow. */
  follow(from: ProviderId, to: ProviderId): void;
  catalog(): readonly CatalogEntry[];
  /** Throws as `show` does. */
  callable(id: string): CallableTool;
  /** A tool of an own server by its own name, or undefined. */
  localTool(server: string, tool: string): CallableTool | undefined;
  counts(): Counts;
  /** What a provider calls himself, where an entry told; made safe to show. */
  providerName(provider: ProviderId): string | undefined;
  /** Tells watchers that reachability may have changed. */
  touch(): void;
}

export interface RegistryDeps {
  db: Database;
  records: Records;
  network: Network;
  clock: Clock;
  verify: Verify;
  log: Log;
  node: PublishingNode;
  /** Verifies a node certificate; throws `AppError` where it does not hold. */
  certified: (certificate: Uint8Array) => CertifiedNode;
}

export interface RegistryOptions {
  maySee(provider: ProviderId, server: string): boolean;
  /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
  concerns(provider: ProviderId): boolean;
  /** Whether a local server can take calls. */
  isLocalReachable(server: string): boolean;
}

export function createRegistry(deps: RegistryDeps, options: RegistryOptions): Registry {
  const { network, node, records } = deps;
  const events = createEmitter<RegistryEvents>((error) =>
    deps.log.error({ err: error }, 'a listener failed'),
  );
  const owned = createDisposableStore();
  const directory = createDirectory((tool, error) => {
    deps.log.warn({ tool, error: String(error) }, 'a tool has no canonical form and is not listed');
  });
  const decisions = createDecisions(deps.db, deps.clock);
  const names = createCatalogNames(deps.db);
  const manifests = createManifests({ ...deps, ownHashes: () => publisher.hashes() });
  const publisher = createPublisher({ ...deps, manifests });
  const entries = createNetworkEntries({ ...deps, manifests, directory }, options);
  const locals = new Map<string, LocalServer>();
  let catalog: readonly CatalogEntry[] = [];
  let revision = 0;
  /** What calls look up again and again, until something changes. */
  const callables = new Map<string, CallableTool>();

  records.register({
    type: ENTRY_TYPE,
    topic: ENTRY_TOPIC,
    read: (record) => readEntry(record, deps.certified).meta,
    renew: publisher.renew,
  });

  const isReachable = ({ listing, nodes }: DirectoryTool) =>
    listing.local
      ? options.isLocalReachable(listing.server)
      : network.peers().some((peer) => nodes.includes(peer.peerId));
  const viewDeps = { decisions, names, isReachable };
  const view = (entry: DirectoryTool) => toolView(entry, viewDeps);
  const isUsed = (entry: DirectoryTool) => isInCatalog(stateOf(entry, decisions));
  const find = (id: string) => findTool(id, { directory, names, self: node.providerId, isInCatalog: isUsed });

  function changed(): void {
    revision++;
    callables.clear();
    const before = catalog;
    catalog = buildCatalog();
    events.emit('changed', { revision });
    if (!isSameCatalog(before, catalog)) events.emit('catalogChanged', { revision });
  }

  function buildCatalog(): CatalogEntry[] {
    const inCatalog = directory.all().filter(isUsed);
    return inCatalog
      .map((entry) => ({
        name: names.of(entry.key, entry.listing.server, entry.tool.name),
        tool: entry.tool,
        server: entry.listing.local
          ? entry.listing.server
          : `${entry.listing.provider}/${entry.listing.server}`,
        id: fullIdOf(entry),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function decide(entry: DirectoryTool, verdict: 'approved' | 'rejected'): ToolView {
    if (entry.listing.local)
      throw new AppError('registry.already_local', 'This tool belongs to a server of this node.', {
        advice: 'Adding the server approved it; stop or remove the server to take it out.',
      });
    decisions.set(entry.key, { verdict, fingerprint: entry.fingerprint, shown: entry.tool });
    changed();
    return view(entry);
  }

  function inScope(scope: 'catalog' | 'local' | 'network' | 'all'): DirectoryTool[] {
    const all = directory.all();
    if (scope === 'local') return all.filter((entry) => entry.listing.local);
    if (scope === 'network') return all.filter((entry) => !entry.listing.local);
    return scope === 'all' ? all : all.filter(isUsed);
  }

  function callable(entry: DirectoryTool): CallableTool {
    const { addresses, fingerprint, listing, nodes, tool } = entry;
    const { local, provider, server } = listing;
    return {
      id: fullIdOf(entry),
      provider,
      server,
      tool,
      fingerprint,
      local,
      nodes,
      addresses,
      state: stateOf(entry, decisions),
    };
  }

  const registry: Registry = {
    on: events.on,
    start() {
      owned.add(manifests.serve(entries.mayRead));
      owned.add(entries.start(changed));
      owned.defer(network.on('peerConnected', registry.touch));
      owned.defer(network.on('peerDisconnected', registry.touch));
    },
    stop: () => owned.close(),
    setLocalServer(server, local) {
      locals.set(server, local);
      directory.set({
        provider: node.providerId,
        peer: node.peerId,
        server,
        version: local.offers.serverInfo.version,
        providerName: node.displayName(),
        tags: local.tags,
        issuedAt: local.offers.listedAt,
        local: true,
        entry: '',
        addresses: [],
        tools: local.offers.tools,
      });
      changed();
    },
    removeLocalServer(server) {
      locals.delete(server);
      if (directory.remove(node.providerId, node.peerId, server)) changed();
    },
    localOffers: (server) => locals.get(server)?.offers,
    checkShareable(server, tools) {
      const local = locals.get(server);
      if (local) describeTools(server, tools ? { tools } : {}, local);
    },
    setShare(server, share) {
      try {
        publisher.sync(server, share, locals.get(server));
      } catch (error) {
        // Better nothing than what is not so any more.
        deps.log.error({ server, error: String(error) }, 'what is shared of a server could not be published');
        publisher.sync(server, undefined, undefined);
      }
      if (share?.audience.kind === 'everyone')
        network.provide(utf8(`provider/${node.providerId}`)).catch((error: unknown) => {
          deps.log.debug(
            { error: String(error) },
            'telling the DHT failed; it is told again at the next change',
          );
        });
    },
    published: publisher.published,
    list: (scope) => inScope(scope).map(view).sort(byServerAndName),
    search: (text, limit) => searchTools(directory.all(), text).slice(0, limit).map(view),
    show(id) {
      const entry = find(id);
      const decision = decisions.get(entry.key);
      const diff =
        decision && stateOf(entry, decisions) === 'changed'
          ? diffTools(decision.shown, entry.tool)
          : undefined;
      return { ...view(entry), tool: entry.tool, ...(diff ? { diff } : {}) };
    },
    approve(id, fingerprint) {
      const entry = find(id);
      if (!id.includes('/') && names.given(entry.key) === undefined)
        throw new AppError('registry.say_whose', 'A name alone does not say whose tool is meant.', {
          advice: 'Give the full id, which names the provider; `toolswarm tools list --network` shows it.',
        });
      if (fingerprint !== undefined && fingerprint !== entry.fingerprint)
        throw new AppError('registry.changed_meanwhile', 'The tool changed since it was shown.', {
          advice: 'Look at it again, then approve what it is now.',
          retryable: true,
        });
      return decide(entry, 'approved');
    },
    reject: (id) => decide(find(id), 'rejected'),
    alias(id, alias) {
      const entry = find(id);
      names.setAlias(entry.key, alias);
      changed();
      return view(entry);
    },
    follow(from, to) {
      decisions.follow(`${from}/`, `${to}/`);
      names.follow(`${from}/`, `${to}/`);
      changed();
    },
    catalog: () => catalog,
    callable(id) {
      const known = callables.get(id);
      if (known) return known;
      const found = callable(find(id));
      if (callables.size >= MAX_CALLABLES) callables.clear();
      callables.set(id, found);
      return found;
    },
    localTool(server, tool) {
      const entry = directory.get(toolKey(node.providerId, server, tool));
      return entry?.listing.local ? callable(entry) : undefined;
    },
    providerName(provider) {
      const name = directory.providerName(provider);
      return name === undefined ? undefined : stripHidden(name);
    },
    counts() {
      const states = directory.all().map((entry) => stateOf(entry, decisions));
      const count = (wanted: ToolView['state']) => states.filter((state) => state === wanted).length;
      const network = states.length - count('local');
      return {
        revision,
        catalog: catalog.length,
        network,
        pending: count('pending'),
        changed: count('changed'),
      };
    },
    touch() {
      revision++;
      events.emit('changed', { revision });
    },
  };
  return registry;
}

/** Tools whose callable form is kept at a time. */
const MAX_CALLABLES = 20_000;

const isInCatalog = (state: ToolView['state']): boolean => state === 'local' || state === 'approved';

const isSameCatalog = (a: readonly CatalogEntry[], b: readonly CatalogEntry[]): boolean =>
  a.length === b.length &&
  a.every(
    (entry, index) =>
      entry.name === b[index]?.name && entry.id === b[index]?.id && entry.tool === b[index]?.tool,
  );

const byServerAndName = (a: ToolView, b: ToolView) =>
  a.server < b.server ? -1 : a.server > b.server ? 1 : a.name < b.name ? -1 : 1;

/** Every word must occur; names count more than descriptions. */
function searchTools(tools: DirectoryTool[], text: string): DirectoryTool[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = tools.map((entry) => ({ entry, score: scoreOf(entry, words) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.entry.key < b.entry.key ? -1 : 1))
    .map(({ entry }) => entry);
}

function scoreOf({ listing, tool }: DirectoryTool, words: string[]): number {
  const name = `${listing.server} ${tool.name} ${tool.title ?? ''} ${listing.tags.join(' ')}`.toLowerCase();
  const description = (tool.description ?? '').toLowerCase();
  let score = 0;
  for (const word of words) {
    const found = (name.includes(word) ? 3 : 0) + (description.includes(word) ? 1 : 0);
    if (found === 0) return 0;
    score += found;
  }
  return score;
}
