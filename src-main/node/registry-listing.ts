/**
 * The list behind the registry that a node serves: what it sees of the network, with the times at which that became so
 * here. Times of entries would not do: an entry of last week that arrives now is news to whoever asks what changed since.
 *
 *     const listing = createRegistryListing({ servers, packages, mcpUrl, clock });
 *     registry.on('changed', listing.refresh);
 *     listing.versions();       // sorted by name and version
 */
import {
  describePackage,
  describeServer,
  type Description,
  type ListedPackage,
  type ListedServer,
  mergeDescriptions,
  newestFirst,
} from '#shared/features/registry/server-json.ts';
import { type ListedVersion, placeOf } from '#shared/features/registry/registry-pages.ts';
import type { Clock } from '#shared/kernel/clock.ts';

export interface RegistryListingDeps {
  servers(): Iterable<ListedServer>;
  /** Packages that this node knows of. Default: none. */
  packages?(): Iterable<ListedPackage>;
  /** Where AI clients reach this node. */
  mcpUrl(): string;
  clock: Pick<Clock, 'now'>;
}

export interface RegistryListing {
  /** Every version that is listed, and those that lately were; sorted by `placeOf`. */
  versions(): readonly ListedVersion[];
  /** Something that is listed may have changed; it is looked at when somebody asks. */
  refresh(): void;
}

/** Versions that are told of; further ones are not. */
export const MAX_LISTED = 100_000;
/** Versions that went and are still told of as deleted; those that went first are forgotten. */
export const MAX_GONE = 10_000;

export function createRegistryListing(deps: RegistryListingDeps): RegistryListing {
  let known: ReadonlyMap<string, ListedVersion> = new Map();
  let sorted: readonly ListedVersion[] = [];
  let isStale = true;
  /** What is listed is the same object as long as it is as it was: most of a long list is described once. */
  const described = new WeakMap<ListedServer, { url: string; description: Description }>();

  function describe(server: ListedServer, url: string): Description {
    const before = described.get(server);
    if (before?.url === url) return before.description;
    const description = describeServer(server, url);
    described.set(server, { url, description });
    return description;
  }

  function read(): void {
    const now = deps.clock.now();
    const present = markLatest(describeAll(deps, describe));
    const next = new Map([...present].map(([place, item]) => [place, dated(item, known.get(place), now)]));
    for (const [place, item] of gone(known, next, now)) next.set(place, item);
    known = next;
    sorted = [...next.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }

  return {
    versions() {
      if (isStale) read();
      isStale = false;
      return sorted;
    },
    refresh() {
      isStale = true;
    },
  };
}

type Present = Omit<ListedVersion, 'publishedAt' | 'updatedAt'>;

function describeAll(
  { mcpUrl, packages, servers }: RegistryListingDeps,
  describe: (server: ListedServer, url: string) => Description,
): Map<string, Description> {
  const all = new Map<string, Description>();
  const url = mcpUrl();
  for (const server of servers()) {
    if (all.size >= MAX_LISTED) break;
    const described = describe(server, url);
    all.set(placeOf(described), described);
  }
  for (const one of packages?.() ?? []) {
    const described = describePackage(one);
    const running = all.get(placeOf(described));
    if (running || all.size < MAX_LISTED)
      all.set(placeOf(described), running ? mergeDescriptions(running, described) : described);
  }
  return all;
}

function markLatest(all: ReadonlyMap<string, Description>): Map<string, Present> {
  const latest = new Map<string, Description>();
  for (const item of all.values()) {
    const best = latest.get(item.name);
    if (!best || newestFirst(item, best) < 0) latest.set(item.name, item);
  }
  return new Map(
    [...all].map(([place, item]) => [
      place,
      { ...item, status: 'active' as const, isLatest: latest.get(item.name) === item },
    ]),
  );
}

/** What is as it was keeps its time, though its entry was renewed meanwhile. */
function dated(item: Present, before: ListedVersion | undefined, now: number): ListedVersion {
  const isSame =
    before !== undefined &&
    before.status === item.status &&
    before.isLatest === item.isLatest &&
    before.private === item.private &&
    (before.server === item.server || JSON.stringify(before.server) === JSON.stringify(item.server));
  return {
    ...item,
    publishedAt: before?.publishedAt ?? now,
    updatedAt: isSame ? before.updatedAt : now,
  };
}

/** What went, told as deleted. The latest version of a name that lives on is never among it. */
function gone(
  before: ReadonlyMap<string, ListedVersion>,
  present: ReadonlyMap<string, ListedVersion>,
  now: number,
): Array<[string, ListedVersion]> {
  const living = new Set([...present.values()].map(({ name }) => name));
  return [...before]
    .filter(([place]) => !present.has(place))
    .map(([place, item]): [string, ListedVersion] => [
      place,
      {
        ...item,
        status: 'deleted',
        isLatest: item.isLatest && !living.has(item.name),
        updatedAt: item.status === 'deleted' ? item.updatedAt : now,
      },
    ])
    .sort(([, a], [, b]) => b.updatedAt - a.updatedAt)
    .slice(0, MAX_GONE);
}
