/** Which servers of others are shared on, in the store. */
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database, Migration } from '../../../platform/sqlite.ts';

export interface Reshare {
  /** Under which it is shared here. */
  name: string;
  provider: ProviderId;
  server: string;
}

export const resharingMigrations: readonly Migration[] = [
  {
    slice: 'resharing',
    version: 1,
    up: `
      CREATE TABLE reshares (
        name TEXT PRIMARY KEY,
        provider TEXT NOT NULL,
        server TEXT NOT NULL
      ) STRICT;
    `,
  },
];

export interface ReshareStore {
  list(): Reshare[];
  get(name: string): Reshare | undefined;
  put(reshare: Reshare): void;
  remove(name: string): void;
}

export function createReshareStore(db: Database): ReshareStore {
  const rows = db.prepare('SELECT name, provider, server FROM reshares').all() as Reshare[];
  const all = new Map(rows.map((row) => [row.name, row]));
  const save = db.prepare('INSERT OR REPLACE INTO reshares (name, provider, server) VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM reshares WHERE name = ?');
  return {
    list: () => [...all.values()],
    get: (name) => all.get(name),
    put(reshare) {
      save.run(reshare.name, reshare.provider, reshare.server);
      all.set(reshare.name, reshare);
    },
    remove(name) {
      drop.run(name);
      all.delete(name);
    },
  };
}
