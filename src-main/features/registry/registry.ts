/** Puts the registry together: directory, decisions, names and own entries, and the catalog that follows from them. */
import type { Selection } from '#shared/features/registry/curation.ts';
import { ENTRY_TOPIC, ENTRY_TYPE, entryFacets, readEntry } from '#shared/features/registry/entry.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { filterTools } from '#shared/features/registry/query.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import type { Timer } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { parseToolId, type ProviderId } from '#shared/kernel/ids.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { createConflicts } from './conflicts.ts';
import { createCatalog } from './catalog.ts';
import { countsOf } from './counts.ts';
import { createCriticalBook, criticalTools } from './critical.ts';
import { createReach } from './reach.ts';
import { createCuration } from './curation.ts';
import { createDecisions } from './decisions.ts';
import { createDirectory, type DirectoryTool, noteOn, sealOf, toolKey } from './directory.ts';
import { createFinding, type Fit, isText } from './finding.ts';
import { createInspection } from './inspection.ts';
import { createKeepsakes } from './keepsakes.ts';
import { createLookups } from './lookup/index.ts';
import { createManifests } from './manifests.ts';
import { createCatalogNames } from './names.ts';
import { createNetworkEntries } from './network-entries.ts';
import { createPublisher, describeTools, type LocalServer } from './publisher.ts';
import { findTool } from './resolve.ts';
import { createRulesStore } from './rules-store.ts';
import { createServerList } from './server-list.ts';
import { createShelf, isUsed, type ShelvedTool } from './shelf.ts';
import { createVersions } from './versions.ts';
import { fullIdOf, rowView, toolView } from './views.ts';
import type {
  CallableTool,
  CatalogEntry,
  Registry,
  RegistryDeps,
  RegistryEvents,
  RegistryOptions,
} from './types.ts';

/** Entries and local servers arrive in crowds: what follows from them is told at most this often. */
const TELL_EVERY_MS = 50;

export function createRegistry(deps: RegistryDeps, options: RegistryOptions): Registry {
  const { network, node, records } = deps;
  const events = createEmitter<RegistryEvents>((error) =>
    deps.log.error({ err: error }, 'a listener failed'),
  );
  const owned = createDisposableStore();
  const directory = createDirectory((tool, error) => {
    deps.log.warn({ tool, error: String(error) }, 'a tool has no canonical form and is not listed');
  });
  const decisions = createDecisions(deps.db, deps.clock, () => events.emit('policyChanged', {}));
  const names = createCatalogNames(deps.db);
  const keepsakes = createKeepsakes(deps.db, deps.clock);
  const rules = createRulesStore(deps.db, deps.clock, {
    onChanged: () => events.emit('policyChanged', {}),
  });
  const versions = createVersions(deps.db, deps.clock);
  const conflicts = createConflicts({
    ...deps,
    directory,
    self: node.providerId,
    isKnown: (provider) => options.isKnown?.(provider) ?? false,
  });
  const kept = { ...deps, directory, decisions, names, keepsakes, rules, versions };
  const isFlagged = (provider: ProviderId) => options.isFlagged?.(provider) ?? false;
  const shelf = createShelf({ ...kept, conflicts, isFlagged, looked: (keys) => finding.touch(keys) });
  const finding = createFinding({ ...deps, names, shelf, boosts: options.boosts ?? (() => ({})) });
  const catalog = createCatalog({ names, shelf });
  const inspection = createInspection(kept);
  const curation = createCuration({ ...kept, shelf, select, changed });
  const manifests = createManifests({ ...deps, ownHashes: () => publisher.hashes() });
  const publisher = createPublisher({ ...deps, manifests });
  const entries = createNetworkEntries({ ...deps, manifests, directory }, options);
  const lookups = createLookups({
    ...deps,
    directory,
    manifests,
    entries,
    self: node,
    searchLocal: async (text, limit) =>
      (await registry.search(text, limit)).flatMap(({ id }) => shelfKeyOf(id) ?? []),
    isAnswering: () => options.answersSearches?.() ?? true,
    see(key) {
      const tool = shelf.get(key);
      return tool && { filterable: tool, view: viewOf(tool) };
    },
  });
  const critical = createCriticalBook(deps.db);
  const { liveOf, withReach } = createReach(network, options);
  const locals = new Map<string, LocalServer>();
  /** What AI clients were last told of. */
  let told: readonly CatalogEntry[] = [];
  let revision = 0;
  /** What calls look up again and again, until something changes. */
  const callables = new Map<string, CallableTool>();
  /** Runs where something is to be told soon. */
  let telling: Timer | undefined;

  records.register({
    type: ENTRY_TYPE,
    topic: ENTRY_TOPIC,
    read: (record) => readEntry(record, deps.certified).meta,
    renew: publisher.renew,
    facets: ({ value }) => entryFacets(value),
  });

  const views = (tools: readonly ShelvedTool[]) => withReach(tools).map((tool) => toolView(tool, names));
  const viewOf = ({ key }: ShelvedTool): ToolView => {
    const tool = shelf.get(key);
    if (!tool)
      throw new AppError('registry.unknown_tool', 'This tool has just gone.', {
        advice: 'List the tools again.',
      });
    withReach([tool]);
    const min = critical.all().get(key);
    const view = toolView(tool, names);
    return min === undefined ? view : { ...view, critical: { min, live: liveOf(tool) } };
  };
  const find = (id: string) => findTool(id, { shelf, names, self: node.providerId });

  /** Something changed that whoever caused it must see at once. */
  function changed(): void {
    telling?.cancel();
    telling = undefined;
    revision++;
    callables.clear();
    const before = told;
    told = catalog.entries();
    events.emit('changed', { revision });
    if (told !== before) events.emit('catalogChanged', { revision });
  }

  /** Something came or went; reading sees it at once, and those who wait for events are told before long. */
  function changing(): void {
    callables.clear();
    telling ??= deps.clock.after(TELL_EVERY_MS, changed);
  }

  function decide({ entry, key, pin }: ShelvedTool, verdict: 'approved' | 'rejected'): void {
    if (entry.listing.local && !entry.listing.packaged)
      throw new AppError('registry.already_local', 'This tool belongs to a server of this node.', {
        advice: 'Adding the server approved it; stop or remove the server to take it out.',
      });
    if (verdict === 'approved' && pin && !pin.holds)
      throw new AppError('registry.pin_first', 'The tool is pinned to something else than it is now.', {
        advice: 'Pin it to what it is now, or remove the pin; then approve it.',
      });
    decisions.set(key, { verdict, fingerprint: entry.fingerprint, shown: entry.tool });
    shelf.refresh([key]);
    changed();
  }

  function select(which: Selection & Partial<Fit>): readonly ShelvedTool[] {
    if ('ids' in which) return [...new Set(which.ids.map(find))];
    return filterTools(withReach(shelf.all()), which.filter, which.fits).fitting;
  }

  function inScope(scope: 'catalog' | 'local' | 'network' | 'all'): readonly ShelvedTool[] {
    const all = shelf.all();
    if (scope === 'all') return all;
    return all.filter((tool) => (scope === 'catalog' ? isUsed(tool) : tool.origin === scope));
  }

  function callable(entry: DirectoryTool, state: ToolView['state']): CallableTool {
    const { addresses, fingerprint, listing, nodes, tool } = entry;
    const { local, notes, provider, server } = listing;
    const { caching } = noteOn(notes, tool.name) ?? {};
    const seal = sealOf(notes, tool.name);
    const id = fullIdOf(entry);
    const [first] = listing.via ?? [];
    const origin = first && listing.origin ? { provider: first, server: listing.origin } : undefined;
    const called = { id, provider, server, tool, fingerprint, local };
    return { ...called, nodes, addresses, state, caching, seal, origin };
  }

  const registry: Registry = {
    on: events.on,
    start() {
      owned.add(manifests.serve(entries.mayRead));
      owned.add(entries.start(changing));
      owned.add(lookups.start());
      owned.defer(() => telling?.cancel());
      owned.defer(network.on('peerConnected', registry.touch));
      owned.defer(network.on('peerDisconnected', registry.touch));
    },
    async stop() {
      await owned.close();
      await finding.close();
    },
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
        ...{ local: true, packaged: local.packaged },
        entry: '',
        addresses: [],
        tools: local.offers.tools,
        notes: local.notes,
      });
      changing();
    },
    removeLocalServer(server) {
      locals.delete(server);
      if (directory.remove(node.providerId, node.peerId, server)) changing();
    },
    setPassedOn(server, local) {
      if (local) locals.set(server, local);
      else locals.delete(server);
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
    },
    published: publisher.published,
    list: (scope) => views(inScope(scope)).sort(byServerAndName),
    async query({ descending, filter, limit, offset, sort }) {
      const found = isText(filter) ? await finding.all(filter.text) : undefined;
      const sorted = withReach(shelf.sorted(sort ?? 'tool'));
      const { counts, fitting } = filterTools(sorted, filter, found?.fits);
      if (found && !sort) fitting.sort(found.byRelevance);
      const ordered = descending ? fitting.reverse() : fitting;
      const items = ordered.slice(offset, offset + limit).map((tool) => rowView(toolView(tool, names)));
      const window = { items, total: fitting.length, all: sorted.length, revision, counts };
      return found ? { ...window, understood: found.understood } : window;
    },
    search: async (text, limit, scope) => views((await finding.search(text, limit, scope && isUsed)).tools),
    async ask(text, limit) {
      const { tools, understood } = await finding.search(text, limit);
      return { items: views(tools), understood };
    },
    searchNetwork: lookups.searchNetwork,
    lookup: lookups.lookup,
    show(id) {
      const tool = find(id);
      return {
        ...viewOf(tool),
        tool: tool.entry.tool,
        ...inspection.changes(tool),
        ...inspection.versions(tool),
        ...(tool.resembles.length > 0 ? { resembles: [...tool.resembles] } : {}),
      };
    },
    compare: (id, before, after) => inspection.compare(find(id), before, after),
    approve(id, fingerprint) {
      const tool = find(id);
      if (!id.includes('/') && names.given(tool.key) === undefined)
        throw new AppError('registry.say_whose', 'A name alone does not say whose tool is meant.', {
          advice: 'Give the full id, which names the provider; `toolswarm tools list --network` shows it.',
        });
      if (fingerprint !== undefined && fingerprint !== tool.entry.fingerprint)
        throw new AppError('registry.changed_meanwhile', 'The tool changed since it was shown.', {
          advice: 'Look at it again, then approve what it is now.',
          retryable: true,
        });
      decide(tool, 'approved');
      return viewOf(tool);
    },
    reject(id) {
      const tool = find(id);
      decide(tool, 'rejected');
      return viewOf(tool);
    },
    alias(id, alias) {
      const tool = find(id);
      names.setAlias(tool.key, alias);
      shelf.refresh([tool.key]);
      changed();
      return viewOf(tool);
    },
    pin(id, pin) {
      const tool = find(id);
      curation.pin(tool, pin);
      return viewOf(tool);
    },
    unpin(id) {
      const tool = find(id);
      curation.unpin(tool);
      return viewOf(tool);
    },
    favourite(id, favourite) {
      const tool = find(id);
      curation.setFavourite(tool, favourite);
      return viewOf(tool);
    },
    setCritical(id, min) {
      const tool = find(id);
      critical.set(tool.key, min);
      changed();
      return viewOf(tool);
    },
    critical: () => criticalTools(critical.all(), { shelf, names, liveOf, nameOf: registry.providerName }),
    previewDecision: async (verdict, which) => curation.previewDecision(verdict, await finding.settle(which)),
    decide: async (verdict, which, digest) => curation.decide(verdict, await finding.settle(which), digest),
    undo: curation.undo,
    rules: curation.rules,
    previewRule: curation.previewRule,
    addRule: curation.addRule,
    removeRule: curation.removeRule,
    reorderRules: curation.reorderRules,
    policy: curation.policy,
    follow(from, to) {
      decisions.follow(`${from}/`, `${to}/`);
      names.follow(`${from}/`, `${to}/`);
      keepsakes.follow(`${from}/`, `${to}/`);
      critical.follow(`${from}/`, `${to}/`);
      versions.follow(from, to);
      rules.follow(from, to);
      shelf.refresh();
      changed();
    },
    catalog: catalog.entries,
    waiting: catalog.waiting,
    callable(id) {
      const known = callables.get(id);
      if (known) return known;
      const { entry, state } = find(id);
      const found = callable(entry, state);
      if (callables.size >= MAX_CALLABLES) callables.clear();
      callables.set(id, found);
      return found;
    },
    localTool(server, tool) {
      const entry = directory.get(toolKey(node.providerId, server, tool));
      return entry?.listing.local ? callable(entry, 'local') : undefined;
    },
    providerName(provider) {
      const name = directory.providerName(provider);
      return name === undefined ? undefined : stripHidden(name);
    },
    servers: createServerList(directory, records),
    counts: () => countsOf(shelf.all(), revision),
    reconsider() {
      shelf.refresh();
      changed();
    },
    touch() {
      revision++;
      events.emit('changed', { revision });
    },
  };
  return registry;
}

/** `provider/server/tool` in the full id of a tool. */
function shelfKeyOf(id: string): string | undefined {
  const parsed = parseToolId(id);
  return parsed && toolKey(parsed.provider, parsed.server, parsed.tool);
}

/** Tools whose callable form is kept at a time. */
const MAX_CALLABLES = 20_000;

const byServerAndName = (a: ToolView, b: ToolView) =>
  a.server < b.server ? -1 : a.server > b.server ? 1 : a.name < b.name ? -1 : 1;
