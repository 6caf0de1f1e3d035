/** Puts the registry together: directory, decisions, names and own entries, and the catalog that follows from them. */
import { ENTRY_TOPIC, ENTRY_TYPE, readEntry } from '#shared/features/registry/entry.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { diffTools } from '#shared/features/registry/diff.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { createDecisions } from './decisions.ts';
import { createDirectory, type DirectoryTool, toolKey } from './directory.ts';
import { createManifests } from './manifests.ts';
import { createCatalogNames } from './names.ts';
import { createNetworkEntries } from './network-entries.ts';
import { createPublisher, describeTools, type LocalServer } from './publisher.ts';
import { findTool } from './resolve.ts';
import { fullIdOf, stateOf, toolView } from './views.ts';
import { searchTools } from './search.ts';
import type {
  CallableTool,
  CatalogEntry,
  Registry,
  RegistryDeps,
  RegistryEvents,
  RegistryOptions,
} from './types.ts';

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
      : network.peers().some(({ peerId }) => nodes.includes(peerId) && (options.isServing?.(peerId) ?? true));
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
