import { breakingChanges } from '#shared/features/registry/breaking.ts';
import type { registryContract } from '#shared/features/registry/contract.ts';
import { diffTools } from '#shared/features/registry/diff.ts';
import {
  filterTools,
  haystackOf,
  labelOf,
  type Sortable,
  sortTools,
  type ToolFilter,
} from '#shared/features/registry/query.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { statusOf } from '../views.ts';
import type { KnownTool } from '../world.ts';
import { answerCuration } from './curation.ts';
import { find, type Memory } from './memory.ts';
import { createMemorySearch } from './search.ts';
import { answerNetworkSearch } from './network-search.ts';

/** A known tool as filters and orders see it. */
export type Shelved = Sortable & { known: KnownTool };

const stemOf = (id: string): string => id.split(/[@#]/, 1)[0] ?? id;

const shelve = (known: KnownTool): Shelved => {
  const { view } = known;
  const { alias, catalogName, description, name, providerName, server, tags, title } = view;
  return {
    ...view,
    known,
    key: stemOf(view.id),
    label: labelOf(view),
    haystack: haystackOf([alias, catalogName, name, title, description, server, providerName, ...tags]),
  };
};

/** Shelved once for each state of the world, as the node does it: filtering 10,000 tools must cost what it costs there. */
export function createMemoryShelf({ revision, world }: Memory) {
  let shelvedFor = -1;
  let shelved: Shelved[] = [];
  return function shelf(): Shelved[] {
    if (shelvedFor !== revision()) {
      shelved = sortTools(world.tools.map(shelve), 'tool');
      shelvedFor = revision();
    }
    return shelved;
  };
}

export function answerRegistry(memory: Memory): Handlers<typeof registryContract> {
  const { after, live, revision, world } = memory;
  const shelf = createMemoryShelf(memory);
  const toolOf = (id: string): KnownTool =>
    find(
      world.tools,
      ({ view }) => view.id === id || view.catalogName === id || stemOf(view.id) === stemOf(id),
      'This tool',
    );
  const search = createMemorySearch(shelf);
  const fitting = (filter: ToolFilter) =>
    filterTools(shelf(), filter, search.fit(filter.text)?.fits).fitting.map(({ known }) => known);
  const definition = ({ older, tool, view }: KnownTool, fingerprint: string) =>
    fingerprint === view.fingerprint
      ? tool
      : (older?.find((one) => one.fingerprint === fingerprint)?.tool ?? tool);

  return {
    'tools.list': () => ({ items: world.tools.map(({ view }) => view) }),
    'tools.query': ({ descending, filter, limit, offset, sort }) => {
      const found = search.fit(filter.text);
      const sorted = sort === undefined || sort === 'tool' ? shelf() : sortTools(shelf(), sort);
      const { counts, fitting: all } = filterTools(sorted, filter, found?.fits);
      if (found && !sort) all.sort(found.byRelevance);
      const ordered = descending ? all.reverse() : all;
      const items = ordered.slice(offset, offset + limit).map(({ known }) => known.view);
      const window = { items, total: all.length, all: sorted.length, revision: revision(), counts };
      return found ? { ...window, understood: found.understood } : window;
    },
    'tools.search': ({ limit, text }) => {
      const { tools, understood } = search.search(text, limit);
      return { items: tools.map(({ known }) => known.view), understood };
    },
    'tools.show': ({ id }) => {
      const { diff, older = [], resembles, tool, view } = toolOf(id);
      const { fingerprint, nodes, state, version } = view;
      const now = {
        version,
        fingerprint,
        firstSeenAt: world.startedAt,
        lastSeenAt: memory.clock.now(),
        nodes,
        current: true,
        approved: state === 'approved',
      };
      const earlier = older.map((one) => ({
        version: one.version,
        fingerprint: one.fingerprint,
        firstSeenAt: one.seenAt,
        lastSeenAt: world.startedAt,
        nodes: [],
        current: false,
        approved: state === 'changed',
      }));
      return {
        ...view,
        tool,
        versions: [now, ...earlier],
        ...(diff ? { diff, breaking: [] } : {}),
        ...(resembles ? { resembles } : {}),
      };
    },
    'tools.compare': ({ after: afterwards, before, id }) => {
      const known = toolOf(id);
      const [first, second] = [definition(known, before), definition(known, afterwards)];
      return { changes: diffTools(first, second), breaking: breakingChanges(first, second) };
    },
    'tools.approve': ({ id }) => {
      const known = toolOf(id);
      Object.assign(known.view, {
        state: 'approved',
        catalogName: `${known.view.server}_${known.view.name}`,
      });
      delete known.diff;
      delete known.view.rule;
      return after(known.view);
    },
    'tools.reject': ({ id }) => {
      const { view } = toolOf(id);
      view.state = 'rejected';
      delete view.catalogName;
      delete view.rule;
      return after(view);
    },
    'tools.alias': ({ id, alias }) => {
      const { view } = toolOf(id);
      if (alias) view.alias = alias;
      else delete view.alias;
      return after(view);
    },
    'tools.watch': (_, { signal }) =>
      live.follow(() => ({ revision: revision(), ...statusOf(world).tools }), signal),
    ...answerNetworkSearch(memory),
    ...answerCuration(memory, { toolOf, fitting }),
  };
}
