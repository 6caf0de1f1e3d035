/** Stable catalog names and the operator's aliases. A name once given stays with its tool, gone or not. */
import { isMetaTool } from '#shared/features/clients/budget.ts';
import { catalogNameFor } from '#shared/features/registry/names.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Database } from '../../platform/sqlite.ts';

export interface CatalogNames {
  /** The name of a tool in the catalog, given now if it has none: its alias, else its own stable name. */
  of(tool: string, server: string, name: string): string;
  /** The name a tool was given, if it ever stood in the catalog. */
  given(tool: string): string | undefined;
  aliasOf(tool: string): string | undefined;
  /** Sets an alias, or removes it where it is empty. Throws `registry.name_taken`. */
  setAlias(tool: string, alias: string): void;
  /** `provider/server/tool` behind a name or alias. */
  toolNamed(name: string): string | undefined;
  /** Gives the names and aliases of tools whose key starts with `from` to the same tools under `to`. */
  follow(from: string, to: string): void;
}

export function createCatalogNames(db: Database): CatalogNames {
  const names = load(db, 'SELECT tool, name FROM registry_names');
  const aliases = load(db, 'SELECT tool, alias AS name FROM registry_aliases');
  const sql = {
    name: db.prepare('INSERT INTO registry_names (tool, name) VALUES (?, ?)'),
    alias: db.prepare('INSERT OR REPLACE INTO registry_aliases (tool, alias) VALUES (?, ?)'),
    unalias: db.prepare('DELETE FROM registry_aliases WHERE tool = ?'),
  };
  const isTaken = (name: string) => names.byName.has(name) || aliases.byName.has(name);

  function give(tool: string, server: string, name: string): string {
    const given = catalogNameFor(server, name, tool, isTaken);
    sql.name.run(tool, given);
    names.set(tool, given);
    return given;
  }

  return {
    of: (tool, server, name) =>
      aliases.byTool.get(tool) ?? names.byTool.get(tool) ?? give(tool, server, name),
    given: (tool) => aliases.byTool.get(tool) ?? names.byTool.get(tool),
    aliasOf: (tool) => aliases.byTool.get(tool),
    setAlias(tool, alias) {
      if (isMetaTool(alias))
        throw new AppError('registry.name_taken', `“${alias}” is a tool of Toolswarm itself.`, {
          advice: 'Choose another alias.',
        });
      const owner = aliases.byName.get(alias) ?? names.byName.get(alias);
      if (alias && owner !== undefined && owner !== tool)
        throw new AppError('registry.name_taken', `Another tool is called “${alias}” already.`, {
          advice: 'Choose another alias.',
        });
      if (alias) sql.alias.run(tool, alias);
      else sql.unalias.run(tool);
      aliases.set(tool, alias || undefined);
    },
    follow(from, to) {
      for (const [table, book] of [
        ['registry_names', names],
        ['registry_aliases', aliases],
      ] as const)
        for (const [tool, name] of [...book.byTool]) {
          const next = to + tool.slice(from.length);
          if (!tool.startsWith(from) || book.byTool.has(next)) continue;
          db.prepare(`UPDATE ${table} SET tool = ? WHERE tool = ?`).run(next, tool);
          book.set(tool, undefined);
          book.set(next, name);
        }
    },
    toolNamed: (name) => aliases.byName.get(name) ?? names.byName.get(name),
  };
}

function load(db: Database, query: string) {
  const byTool = new Map<string, string>();
  const byName = new Map<string, string>();
  for (const row of db.prepare(query).all() as Array<{ tool: string; name: string }>) {
    byTool.set(row.tool, row.name);
    byName.set(row.name, row.tool);
  }
  return {
    byTool: byTool as ReadonlyMap<string, string>,
    byName: byName as ReadonlyMap<string, string>,
    set(tool: string, name: string | undefined) {
      const old = byTool.get(tool);
      if (old !== undefined) byName.delete(old);
      byTool.delete(tool);
      if (name === undefined) return;
      byTool.set(tool, name);
      byName.set(name, tool);
    },
  };
}
