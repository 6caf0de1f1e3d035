/** A shelf with everything it stands on, over a real database in memory; offers are put into it by hand. */
import { createConflicts } from '#main/features/registry/conflicts.ts';
import { createCuration } from '#main/features/registry/curation.ts';
import { createDecisions } from '#main/features/registry/decisions.ts';
import { createDirectory, type Directory } from '#main/features/registry/directory.ts';
import { createInspection } from '#main/features/registry/inspection.ts';
import { createKeepsakes } from '#main/features/registry/keepsakes.ts';
import { registryMigrations } from '#main/features/registry/migrations.ts';
import { type CatalogNames, createCatalogNames } from '#main/features/registry/names.ts';
import { findTool } from '#main/features/registry/resolve.ts';
import { createRulesStore } from '#main/features/registry/rules-store.ts';
import { createShelf } from '#main/features/registry/shelf.ts';
import { createVersions } from '#main/features/registry/versions.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import type { Selection } from '#shared/features/registry/curation.ts';
import { filterTools } from '#shared/features/registry/query.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { type ProviderId, providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createManualClock } from '#test/support/clock.ts';

export const anna = providerIdOf(new Uint8Array(32).fill(1));
/** The operator's own provider. */
export const self = providerIdOf(new Uint8Array(32).fill(9));
export const boris = providerIdOf(new Uint8Array(32).fill(2));

/** Everything of the registry but the network, once more over the same database where one is given. */
export function setUpShelf({
  db = memoryDatabase(registryMigrations),
  directory = createDirectory(() => undefined),
  names = createCatalogNames(db),
  maxAdmitted,
  isKnown = () => false,
  isFlagged = () => false,
}: {
  db?: Database;
  directory?: Directory;
  names?: CatalogNames;
  maxAdmitted?: number;
  isKnown?(provider: ProviderId): boolean;
  isFlagged?(provider: ProviderId): boolean;
} = {}) {
  const clock = createManualClock();
  let drawn = 0;
  const random = { bytes: (length: number) => new Uint8Array(length).fill(++drawn), float: () => 0.5 };
  const decisions = createDecisions(db, clock);
  const keepsakes = createKeepsakes(db, clock);
  const rules = createRulesStore(db, clock, maxAdmitted === undefined ? {} : { maxAdmitted });
  const versions = createVersions(db, clock);
  const kept = { db, log: silentLog, clock, random, directory, decisions, names, keepsakes, rules, versions };
  const conflicts = createConflicts({ db, clock, directory, self, isKnown });
  const shelf = createShelf({ ...kept, conflicts, isFlagged });
  const find = (text: string) => findTool(text, { shelf, names, self: 'nobody' });
  const curation = createCuration({
    ...kept,
    shelf,
    select: (which: Selection) =>
      'ids' in which ? which.ids.map(find) : filterTools(shelf.all(), which.filter).fitting,
    changed: () => undefined,
  });
  const state = (key: string) => shelf.get(key)?.state;
  let issued = 0;

  return {
    ...kept,
    shelf,
    curation,
    inspection: createInspection(kept),
    find,
    state,
    /** What one node of a provider offers from now on. */
    offer(
      tools: Tool[],
      {
        provider = anna,
        peer = 'n1',
        server = 'files',
        version = '1.0.0',
        tags = [] as string[],
        local = false,
        providerName = '',
      } = {},
    ) {
      directory.set({
        provider,
        peer,
        server,
        version,
        providerName,
        tags,
        issuedAt: ++issued,
        local,
        entry: '',
        addresses: [],
        tools,
      });
    },
    decide(verdict: 'approved' | 'rejected', key: string) {
      const tool = find(key);
      decisions.set(key, { verdict, fingerprint: tool.entry.fingerprint, shown: tool.entry.tool });
      shelf.refresh([key]);
    },
  };
}

export const toolNamed = (name: string, part: Partial<Tool> = {}): Tool => ({
  name,
  description: `Does ${name}`,
  inputSchema: { type: 'object' },
  ...part,
});
