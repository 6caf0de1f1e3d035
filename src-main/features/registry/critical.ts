/** Which tools the operator cannot do without. In the store before it takes effect. */
import { byNeed, type CriticalTool } from '#shared/features/registry/critical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { CatalogNames } from './names.ts';
import type { Shelf, ShelvedTool } from './shelf.ts';
import { fullIdOf } from './views.ts';
import type { Database, Migration } from '../../platform/sqlite.ts';

export const criticalMigrations: readonly Migration[] = [
  {
    slice: 'registry-critical',
    version: 1,
    up: `CREATE TABLE registry_critical (tool TEXT PRIMARY KEY, min INTEGER NOT NULL) STRICT;`,
  },
];

/** Whoever cannot do without more than these has no critical tools. */
export const MAX_CRITICAL = 200;

export interface CriticalBook {
  /** By `provider/server/tool`: instances that must live. */
  all(): ReadonlyMap<string, number>;
  /** 0 ends it. Throws `registry.too_many_critical`. */
  set(tool: string, min: number): void;
  /** A provider goes by a new key. */
  follow(from: string, to: string): void;
}

export function createCriticalBook(db: Database): CriticalBook {
  const rows = db.prepare('SELECT tool, min FROM registry_critical').all() as Array<{
    tool: string;
    min: number;
  }>;
  const tools = new Map(rows.map(({ min, tool }) => [tool, min]));
  const save = db.prepare('INSERT OR REPLACE INTO registry_critical VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM registry_critical WHERE tool = ?');

  function set(tool: string, min: number): void {
    if (min === 0) {
      remove.run(tool);
      tools.delete(tool);
      return;
    }
    if (!tools.has(tool) && tools.size >= MAX_CRITICAL) throw tooMany();
    save.run(tool, min);
    tools.set(tool, min);
  }

  return {
    all: () => tools,
    set,
    follow(from, to) {
      for (const [tool, min] of [...tools]) {
        if (!tool.startsWith(from)) continue;
        set(tool, 0);
        set(to + tool.slice(from.length), min);
      }
    },
  };
}

/** What is watched over as it stands; a tool that is gone lacks all its instances. */
export function criticalTools(
  minimums: ReadonlyMap<string, number>,
  deps: {
    shelf: Pick<Shelf, 'get'>;
    names: Pick<CatalogNames, 'given'>;
    liveOf(tool: ShelvedTool): number;
    nameOf(provider: ProviderId): string | undefined;
  },
): CriticalTool[] {
  const tools = [...minimums].map(([key, min]) => {
    const tool = deps.shelf.get(key);
    const [, provider = '', server = '', name = ''] = /^([^/]*)\/([^/]*)\/(.*)$/s.exec(key) ?? [];
    const providerName = deps.nameOf(provider);
    return {
      id: tool ? fullIdOf(tool.entry) : key,
      name: deps.names.given(key) ?? name,
      provider,
      ...(providerName ? { providerName } : {}),
      server,
      min,
      live: tool ? deps.liveOf(tool) : 0,
    };
  });
  return byNeed(tools);
}

const tooMany = (): AppError =>
  new AppError('registry.too_many_critical', `${MAX_CRITICAL} tools are watched over already.`, {
    advice: 'Take the mark from one that you can do without.',
  });
