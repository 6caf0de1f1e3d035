/** Grants in the store: those made here with what was used of them, those held of others, and what was asked for. */
import type { Grant } from '#shared/features/access/grant.ts';
import { grantSchema } from '#shared/features/access/grant.ts';
import { hash } from 'node:crypto';
import { payloadOf } from '#shared/kernel/envelope.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** A grant that this node made. */
export interface MadeGrant {
  id: string;
  bytes: Uint8Array;
  grant: Grant;
  note: string;
  used: number;
  lastUsedAt: number | undefined;
  revokedAt: number | undefined;
}

/** A grant that another node made to this provider. */
export interface HeldGrant {
  id: string;
  grant: Grant;
  provider: ProviderId;
  issuer: PeerId;
}

export interface GrantBook {
  made(): MadeGrant[];
  /** Those made to one provider. */
  madeTo(provider: ProviderId): readonly MadeGrant[];
  add(bytes: Uint8Array, note: string): MadeGrant;
  /** One call more; in the store before it returns. */
  use(id: string, at: number): void;
  revoke(id: string, at: number): void;
  /** Forgets grants that ended before this time. */
  prune(before: number): void;
  held(): HeldGrant[];
  /** What a node grants, in place of what it granted before. */
  replaceHeld(issuer: PeerId, provider: ProviderId, grants: readonly Uint8Array[]): void;
}

/** SHA-256 of the envelope, in hex. */
export const grantId = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

interface MadeRow {
  id: string;
  bytes: Uint8Array;
  note: string;
  used: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

const grantIn = (bytes: Uint8Array): Grant => grantSchema.parse(payloadOf(new Uint8Array(bytes)));

export function createGrantBook(db: Database): GrantBook {
  const rows = db.prepare('SELECT * FROM access_grants_made ORDER BY rowid').all() as MadeRow[];
  const made = new Map<string, MadeGrant>(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        bytes: new Uint8Array(row.bytes),
        grant: grantIn(row.bytes),
        note: row.note,
        used: row.used,
        lastUsedAt: row.last_used_at ?? undefined,
        revokedAt: row.revoked_at ?? undefined,
      },
    ]),
  );
  let held = loadHeld(db);
  /** Asked on every call that no share allows; made anew once something changed. */
  let byProvider: Map<ProviderId, MadeGrant[]> | undefined;
  const put = (one: MadeGrant): void => {
    made.set(one.id, one);
    byProvider = undefined;
  };
  const sql = {
    add: db.prepare('INSERT INTO access_grants_made (id, bytes, note) VALUES (?, ?, ?)'),
    use: db.prepare('UPDATE access_grants_made SET used = used + 1, last_used_at = ? WHERE id = ?'),
    revoke: db.prepare('UPDATE access_grants_made SET revoked_at = ? WHERE id = ?'),
    remove: db.prepare('DELETE FROM access_grants_made WHERE id = ?'),
    dropHeld: db.prepare('DELETE FROM access_grants_held WHERE issuer = ?'),
    hold: db.prepare(
      'INSERT OR REPLACE INTO access_grants_held (id, issuer, provider, bytes) VALUES (?, ?, ?, ?)',
    ),
  };
  return {
    made: () => [...made.values()],
    madeTo(provider) {
      byProvider ??= Map.groupBy(made.values(), ({ grant }) => grant.to);
      return byProvider.get(provider) ?? [];
    },
    add(bytes, note) {
      const one: MadeGrant = {
        id: grantId(bytes),
        bytes,
        grant: grantIn(bytes),
        note,
        used: 0,
        lastUsedAt: undefined,
        revokedAt: undefined,
      };
      sql.add.run(one.id, bytes, note);
      put(one);
      return one;
    },
    use(id, at) {
      const one = made.get(id);
      if (!one) return;
      sql.use.run(at, id);
      put({ ...one, used: one.used + 1, lastUsedAt: at });
    },
    revoke(id, at) {
      const one = made.get(id);
      if (!one || one.revokedAt !== undefined) return;
      sql.revoke.run(at, id);
      put({ ...one, revokedAt: at });
    },
    prune(before) {
      for (const { grant, id, revokedAt } of [...made.values()]) {
        if (Math.min(grant.exp, revokedAt ?? grant.exp) >= before) continue;
        sql.remove.run(id);
        made.delete(id);
        byProvider = undefined;
      }
    },
    held: () => held,
    replaceHeld(issuer, provider, grants) {
      db.transaction(() => {
        sql.dropHeld.run(issuer);
        for (const bytes of grants) sql.hold.run(grantId(bytes), issuer, provider, bytes);
      })();
      held = loadHeld(db);
    },
  };
}

function loadHeld(db: Database): HeldGrant[] {
  const rows = db.prepare('SELECT * FROM access_grants_held ORDER BY id').all() as Array<{
    id: string;
    issuer: string;
    provider: string;
    bytes: Uint8Array;
  }>;
  return rows.map(({ bytes, id, issuer, provider }) => ({ id, issuer, provider, grant: grantIn(bytes) }));
}
