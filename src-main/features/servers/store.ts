/** Servers in SQLite: what was declared, what was learnt, what they last offered. Secrets are not here but in the keystore. */
import { z } from 'zod';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { type ServerConfig, serverConfigSchema } from '#shared/features/servers/config.ts';
import { type ServerOffers, serverOffersSchema } from '#shared/features/servers/offers.ts';

export const serversMigrations: Migration[] = [
  {
    slice: 'servers',
    version: 1,
    up: `
      CREATE TABLE servers (
        name TEXT PRIMARY KEY,
        config TEXT NOT NULL,
        learnt TEXT NOT NULL DEFAULT '{}',
        added_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE server_offers (
        name TEXT PRIMARY KEY REFERENCES servers (name) ON DELETE CASCADE,
        offers TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    slice: 'servers',
    version: 2,
    up: `
      ALTER TABLE servers ADD COLUMN vault TEXT NOT NULL DEFAULT '';
      UPDATE servers SET vault = name;
    `,
  },
];

/** What was found out about a server and need not be found out again. */
export const learntSchema = z.object({
  era: z.enum(['legacy', 'modern']).optional(),
  /** What follows was found out. */
  introduced: z.boolean().default(false),
  /** It was seen asking its client. */
  interactive: z.boolean().default(false),
  /** It lists other tools to clients that can be asked. */
  offersMore: z.boolean().default(false),
});
export type Learnt = z.output<typeof learntSchema>;

export interface ServersStore {
  /** `vault`: where the values of its secrets are kept. */
  list(): Array<{ config: ServerConfig; learnt: Learnt; vault: string }>;
  offers(name: string): ServerOffers | undefined;
  add(config: ServerConfig, vault: string, now: number): void;
  /** Another configuration, name and vault in place of those of `name`, all or nothing. */
  replace(name: string, by: { config: ServerConfig; learnt: Learnt; vault: string }): void;
  saveConfig(config: ServerConfig): void;
  saveLearnt(name: string, learnt: Learnt): void;
  saveOffers(name: string, offers: ServerOffers): void;
  remove(name: string): void;
}

export function createServersStore(db: Database): ServersStore {
  const select = db.prepare('SELECT config, learnt, vault FROM servers ORDER BY added_at, name');
  const selectOffers = db.prepare('SELECT offers FROM server_offers WHERE name = ?');
  const insert = db.prepare('INSERT INTO servers (name, config, vault, added_at) VALUES (?, ?, ?, ?)');
  const updateConfig = db.prepare('UPDATE servers SET config = ? WHERE name = ?');
  const updateLearnt = db.prepare('UPDATE servers SET learnt = ? WHERE name = ?');
  const upsertOffers = db.prepare(
    'INSERT INTO server_offers (name, offers) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET offers = excluded.offers',
  );
  const replaceServer = db.prepare(
    'UPDATE servers SET name = @to, config = @config, learnt = @learnt, vault = @vault WHERE name = @from',
  );
  const moveOffers = db.prepare('UPDATE server_offers SET name = ? WHERE name = ?');
  const replace = db.transaction<ServersStore['replace']>((name, { config, learnt, vault }) => {
    // The reference is checked when the transaction ends, so that name and offers can move one after the other.
    db.pragma('defer_foreign_keys = ON');
    const row = { config: JSON.stringify(config), learnt: JSON.stringify(learnt), vault };
    replaceServer.run({ from: name, to: config.name, ...row });
    if (config.name !== name) moveOffers.run(config.name, name);
  });
  const remove = db.prepare('DELETE FROM servers WHERE name = ?');

  return {
    list: () =>
      (select.all() as Array<{ config: string; learnt: string; vault: string }>).map((row) => ({
        vault: row.vault,
        config: serverConfigSchema.parse(JSON.parse(row.config)),
        learnt: learntSchema.parse(JSON.parse(row.learnt)),
      })),
    offers(name) {
      const row = selectOffers.get(name) as { offers: string } | undefined;
      return row && serverOffersSchema.parse(JSON.parse(row.offers));
    },
    add: (config, vault, now) => void insert.run(config.name, JSON.stringify(config), vault, now),
    replace,
    saveConfig: (config) => void updateConfig.run(JSON.stringify(config), config.name),
    saveLearnt: (name, learnt) => void updateLearnt.run(JSON.stringify(learnt), name),
    saveOffers: (name, offers) => void upsertOffers.run(name, JSON.stringify(offers)),
    remove: (name) => void remove.run(name),
  };
}
