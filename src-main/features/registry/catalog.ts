/** What AI clients see: the tools that are in use, by their names; built when asked for, once for each state of the shelf. */
import { fullIdOf } from './views.ts';
import type { CatalogNames } from './names.ts';
import { isUsed, type Shelf } from './shelf.ts';
import type { CatalogEntry, WaitingEntry } from './types.ts';

export interface Catalog {
  entries(): readonly CatalogEntry[];
  /** Tools that have a name here and wait for the operator. */
  waiting(): readonly WaitingEntry[];
}

export function createCatalog({ names, shelf }: { names: CatalogNames; shelf: Shelf }): Catalog {
  let entries: readonly CatalogEntry[] = [];
  let builtFor = -1;

  const build = (): CatalogEntry[] =>
    shelf
      .all()
      .filter(isUsed)
      .map(({ entry, favourite, key }) => ({
        name: names.of(key, entry.listing.server, entry.tool.name),
        tool: entry.tool,
        server: entry.listing.local
          ? entry.listing.server
          : `${entry.listing.provider}/${entry.listing.server}`,
        id: fullIdOf(entry),
        favourite: favourite === true,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));

  let waiting: { version: number; entries: readonly WaitingEntry[] } | undefined;

  const buildWaiting = (): WaitingEntry[] =>
    shelf.all().flatMap(({ entry, key, state }): WaitingEntry[] => {
      const name = state === 'changed' || state === 'pending' ? names.given(key) : undefined;
      if (name === undefined || (entry.listing.local && !entry.listing.packaged)) return [];
      const { provider, server } = entry.listing;
      return [
        {
          name,
          tool: entry.tool,
          server: `${provider}/${server}`,
          id: fullIdOf(entry),
          provider,
          fingerprint: entry.fingerprint,
          state: state as WaitingEntry['state'],
        },
      ];
    });

  return {
    waiting() {
      const version = shelf.version();
      if (waiting?.version !== version) waiting = { version, entries: buildWaiting() };
      return waiting.entries;
    },
    entries() {
      const version = shelf.version();
      if (version === builtFor) return entries;
      const next = build();
      // Whoever compares by identity sees no change where there is none.
      if (!isSame(entries, next)) entries = next;
      builtFor = version;
      return entries;
    },
  };
}

const isSame = (a: readonly CatalogEntry[], b: readonly CatalogEntry[]): boolean =>
  a.length === b.length &&
  a.every(
    (entry, index) =>
      entry.name === b[index]?.name &&
      entry.id === b[index]?.id &&
      entry.tool === b[index]?.tool &&
      entry.favourite === b[index]?.favourite,
  );
