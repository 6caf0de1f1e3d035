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
  list(): Array<{ config: ServerConfig; learnt: Learnt }>;
  offers(name: string): ServerOffers | undefined;
  add(config: ServerConfig, now: number): void;
  saveConfig(config: ServerConfig): void;
  saveLearnt(name: string, learnt: Learnt): void;
  saveOffers(name: string, offers: ServerOffers): void;
  remove(name: string): void;
}

export function createServersStore(db: Database): ServersStore {
  const select = db.prepare('SELECT config, learnt FROM servers ORDER BY added_at, name');
  const selectOffers = db.prepare('SELECT offers FROM server_offers WHERE name = ?');
  const insert = db.prepare('INSERT INTO servers (name, config, added_at) VALUES (?, ?, ?)');
  const updateConfig = db.prepare('UPDATE servers SET config = ? WHERE name = ?');
  const updateLearnt = db.prepare('UPDATE servers SET learnt = ? WHERE name = ?');
  const upsertOffers = db.prepare(
    'INSERT INTO server_offers (name, offers) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET offers = excluded.offers',
  );
  const remove = db.prepare('DELETE FROM servers WHERE name = ?');

  return {
    list: () =>
      (select.all() as Array<{ config: string; learnt: string }>).map((row) => ({
        config: serverConfigSchema.parse(JSON.parse(row.config)),
        learnt: learntSchema.parse(JSON.parse(row.learnt)),
      })),
    offers(name) {
      const row = selectOffers.get(name) as { offers: string } | undefined;
      return row && serverOffersSchema.parse(JSON.parse(row.offers));
    },
    add: (config, now) => void insert.run(config.name, JSON.stringify(config), now),
    saveConfig: (config) => void updateConfig.run(JSON.stringify(config), config.name),
    saveLearnt: (name, learnt) => void updateLearnt.run(JSON.stringify(learnt), name),
    saveOffers: (name, offers) => void upsertOffers.run(name, JSON.stringify(offers)),
    remove: (name) => void remove.run(name),
  };
}
