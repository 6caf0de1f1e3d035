/** Items of the shared policy in the store, and which of them hold on this node. */
import {
  compareStamps,
  itemId,
  type PolicyItem,
  type PolicyKind,
  type Stamp,
} from '#shared/features/fleet/policy-items.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Database, Migration } from '../../../platform/sqlite.ts';
import { MAX_ITEMS } from '#shared/features/fleet/policy-messages.ts';

export const fleetMigrations: readonly Migration[] = [
  {
    slice: 'fleet',
    version: 1,
    up: `
      CREATE TABLE fleet_items (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT,
        at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        node TEXT NOT NULL,
        bytes BLOB NOT NULL,
        -- Whether it is so on this node; an item that could not be put in force is not taken for a change of the operator.
        applied INTEGER NOT NULL,
        PRIMARY KEY (kind, key)
      ) STRICT;
    `,
  },
];

export type StoredItem = PolicyItem & { applied: boolean };

export interface PolicyStore {
  all(): StoredItem[];
  ofKind(kind: PolicyKind): StoredItem[];
  byId(id: string): StoredItem | undefined;
  get(kind: PolicyKind, key: string): StoredItem | undefined;
  /** Keeps the later of two; whether this one was kept. Throws `fleet.policy_full`. */
  put(item: PolicyItem, applied: boolean): boolean;
  setApplied(item: PolicyItem, applied: boolean): void;
  /** The latest stamp of all. */
  latest(): Stamp | undefined;
  clear(): void;
}

const nameOf = (kind: PolicyKind, key: string): string => `${kind} ${key}`;

export function createPolicyStore(db: Database): PolicyStore {
  const rows = db.prepare('SELECT * FROM fleet_items').all() as Array<
    Omit<StoredItem, 'applied' | 'value'> & { applied: number; value: string | null }
  >;
  const items = new Map<string, StoredItem>();
  const ids = new Map<string, string>();
  for (const row of rows)
    remember({
      ...row,
      value: row.value ?? undefined,
      applied: row.applied === 1,
      bytes: new Uint8Array(row.bytes),
    });
  const sql = {
    put: db.prepare('INSERT OR REPLACE INTO fleet_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    applied: db.prepare('UPDATE fleet_items SET applied = ? WHERE kind = ? AND key = ?'),
    clear: db.prepare('DELETE FROM fleet_items'),
  };

  function remember(item: StoredItem): void {
    items.set(nameOf(item.kind, item.key), item);
    ids.set(toHex(itemId(item)), nameOf(item.kind, item.key));
  }

  return {
    all: () => [...items.values()],
    ofKind: (kind) => [...items.values()].filter((item) => item.kind === kind),
    byId: (id) => items.get(ids.get(id) ?? ''),
    get: (kind, key) => items.get(nameOf(kind, key)),
    put(item, applied) {
      const before = items.get(nameOf(item.kind, item.key));
      if (before && compareStamps(item, before) <= 0) return false;
      if (!before && items.size >= MAX_ITEMS) throw full();
      const { at, bytes, count, key, kind, node, value } = item;
      sql.put.run(kind, key, value ?? null, at, count, node, bytes, applied ? 1 : 0);
      remember({ ...item, applied });
      return true;
    },
    setApplied(item, applied) {
      const stored = items.get(nameOf(item.kind, item.key));
      if (!stored || stored.applied === applied) return;
      sql.applied.run(applied ? 1 : 0, item.kind, item.key);
      remember({ ...stored, applied });
    },
    latest: () =>
      [...items.values()].reduce<StoredItem | undefined>(
        (last, item) => (last && compareStamps(last, item) >= 0 ? last : item),
        undefined,
      ),
    clear() {
      sql.clear.run();
      items.clear();
      ids.clear();
    },
  };
}

const full = (): AppError =>
  new AppError('fleet.policy_full', `More than ${MAX_ITEMS} facts would be shared between the nodes.`, {
    advice: 'Remove blocks, limits or decisions that are not needed any more.',
  });
