/** Grants in the store: those made here with what was used of them, those held of others, and what was asked for. */
import type { Grant } from '#shared/features/access/grant.ts';
import { grantSchema } from '#shared/features/access/grant.ts';
import { hash } from 'node:crypto';
import { toHex } from '#shared/kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { payloadOf } from '#shared/kernel/envelope.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** A grant that this provider made. */
export interface MadeGrant {
  id: string;
  bytes: Uint8Array;
  grant: Grant;
  note: string;
  used: number;
  /** Calls that ran under it on other nodes of this provider, as far as they told. */
  usedElsewhere: number;
  lastUsedAt: number | undefined;
  revokedAt: number | undefined;
  /** The other node of this provider that signed it: it tells the holder. Absent: this node. */
  signedBy?: PeerId;
}

/** A grant that another node made to this provider. */
export interface HeldGrant {
  id: string;
  grant: Grant;
  provider: ProviderId;
  issuer: PeerId;
  bytes: Uint8Array;
  /** The grants by which the issuer himself shares on, the origin's first; none where he is the origin. */
  parents: readonly Uint8Array[];
}

/** A grant of others as it is told: with those that it names as its parents. */
export interface ToldGrant {
  bytes: Uint8Array;
  parents: readonly Uint8Array[];
}

export interface GrantBook {
  made(): MadeGrant[];
  get(id: string): MadeGrant | undefined;
  /** Those made to one provider. */
  madeTo(provider: ProviderId): readonly MadeGrant[];
  add(bytes: Uint8Array, note: string, signedBy?: PeerId): MadeGrant;
  /** One call more; in the store before it returns. */
  use(id: string, at: number): void;
  /** Of one other node: how many calls ran under it there; kept by who tells it. */
  noteElsewhere(id: string, node: PeerId, used: number): void;
  revoke(id: string, at: number): void;
  /** Forgets grants that ended before this time. */
  prune(before: number): void;
  held(): HeldGrant[];
  /** What a node grants, in place of what it granted before. */
  replaceHeld(issuer: PeerId, provider: ProviderId, grants: readonly ToldGrant[]): void;
  /** The grants by which a grant made here is shared on, the origin's first. */
  parentsOf(made: MadeGrant): readonly Uint8Array[];
  /** Grants made here whose parent is not held any more. */
  orphans(): MadeGrant[];
}

/**
 * Grants of others that are kept. They are told anew at every meeting, so those of whoever was met longest ago go first:
 * strangers can grant whatever they like.
 */
export const MAX_HELD = 512;

/** SHA-256 of the envelope, in hex. */
export const grantId = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

interface MadeRow {
  id: string;
  bytes: Uint8Array;
  note: string;
  used: number;
  last_used_at: number | null;
  revoked_at: number | null;
  signed_by: string | null;
}

const grantIn = (bytes: Uint8Array): Grant => grantSchema.parse(payloadOf(new Uint8Array(bytes)));

/** @param isNeeded whether something rests on a held grant: such are not forgotten for others */
export function createGrantBook(db: Database, isNeeded: (id: string) => boolean = () => false): GrantBook {
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
        usedElsewhere: 0,
        lastUsedAt: row.last_used_at ?? undefined,
        revokedAt: row.revoked_at ?? undefined,
        ...(row.signed_by === null ? {} : { signedBy: row.signed_by }),
      },
    ]),
  );
  const held = loadHeld(db);
  const elsewhere = new Map<string, Map<PeerId, number>>();
  /** Asked on every call that no share allows. */
  const byProvider = new Map<ProviderId, Map<string, MadeGrant>>();
  const put = (one: MadeGrant): void => {
    made.set(one.id, one);
    const others = byProvider.get(one.grant.to) ?? new Map<string, MadeGrant>();
    byProvider.set(one.grant.to, others.set(one.id, one));
  };
  for (const one of made.values()) put(one);

  function remove({ grant, id }: MadeGrant): void {
    sql.remove.run(id);
    elsewhere.delete(id);
    made.delete(id);
    const others = byProvider.get(grant.to);
    others?.delete(id);
    if (others?.size === 0) byProvider.delete(grant.to);
  }

  /** Those of the issuers that were met longest ago, until what is left fits. */
  function forgetHeld(): void {
    let left = heldIn(held).length;
    for (const [issuer, grants] of held) {
      if (left <= MAX_HELD) return;
      if (grants.some(({ id }) => isNeeded(id) || isParent(id))) continue;
      left -= grants.length;
      sql.dropHeld.run(issuer);
      held.delete(issuer);
    }
  }

  const isParent = (id: string): boolean =>
    [...made.values()].some((one) => one.revokedAt === undefined && parentId(one) === id);

  const heldById = (id: string): HeldGrant | undefined => heldIn(held).find((one) => one.id === id);

  const sql = {
    add: db.prepare('INSERT INTO access_grants_made (id, bytes, note, signed_by) VALUES (?, ?, ?, ?)'),
    use: db.prepare('UPDATE access_grants_made SET used = used + 1, last_used_at = ? WHERE id = ?'),
    revoke: db.prepare('UPDATE access_grants_made SET revoked_at = ? WHERE id = ?'),
    remove: db.prepare('DELETE FROM access_grants_made WHERE id = ?'),
    dropHeld: db.prepare('DELETE FROM access_grants_held WHERE issuer = ?'),
    hold: db.prepare(
      'INSERT OR REPLACE INTO access_grants_held (id, issuer, provider, bytes, parents) VALUES (?, ?, ?, ?, ?)',
    ),
  };
  return {
    made: () => [...made.values()],
    get: (id) => made.get(id),
    madeTo: (provider) => [...(byProvider.get(provider)?.values() ?? [])],
    add(bytes, note, signedBy) {
      const one: MadeGrant = {
        id: grantId(bytes),
        bytes,
        grant: grantIn(bytes),
        note,
        used: 0,
        usedElsewhere: 0,
        lastUsedAt: undefined,
        revokedAt: undefined,
        ...(signedBy === undefined ? {} : { signedBy }),
      };
      sql.add.run(one.id, bytes, note, signedBy ?? null);
      put(one);
      return one;
    },
    use(id, at) {
      const one = made.get(id);
      if (!one) return;
      sql.use.run(at, id);
      put({ ...one, used: one.used + 1, lastUsedAt: at });
    },
    noteElsewhere(id, node, used) {
      const one = made.get(id);
      const counts = elsewhere.get(id) ?? new Map<PeerId, number>();
      elsewhere.set(id, counts.set(node, Math.max(used, counts.get(node) ?? 0)));
      const usedElsewhere = [...counts.values()].reduce((sum, count) => sum + count, 0);
      if (one) put({ ...one, usedElsewhere });
    },
    revoke(id, at) {
      const one = made.get(id);
      if (!one || one.revokedAt !== undefined) return;
      sql.revoke.run(at, id);
      put({ ...one, revokedAt: at });
    },
    prune(before) {
      for (const one of [...made.values()])
        if (Math.min(one.grant.exp, one.revokedAt ?? one.grant.exp) < before) remove(one);
    },
    held: () => heldIn(held),
    replaceHeld(issuer, provider, grants) {
      db.transaction(() => {
        sql.dropHeld.run(issuer);
        held.delete(issuer);
        for (const { bytes, parents } of grants)
          sql.hold.run(grantId(bytes), issuer, provider, bytes, encodeCbor([...parents]));
        if (grants.length > 0)
          held.set(
            issuer,
            grants.map(({ bytes, parents }) => ({
              id: grantId(bytes),
              issuer,
              provider,
              grant: grantIn(bytes),
              bytes,
              parents,
            })),
          );
        forgetHeld();
      })();
    },
    parentsOf(one) {
      const parent = heldById(parentId(one) ?? '');
      return parent ? [...parent.parents, parent.bytes] : [];
    },
    orphans: () =>
      [...made.values()].filter((one) => {
        const parent = parentId(one);
        return parent !== undefined && one.revokedAt === undefined && !heldById(parent);
      }),
  };
}

/** The id of the grant by which the issuer of this one shares on. */
const parentId = ({ grant }: Pick<MadeGrant, 'grant'>): string | undefined =>
  grant.parent && toHex(grant.parent);

const heldIn = (held: ReadonlyMap<PeerId, readonly HeldGrant[]>): HeldGrant[] => [...held.values()].flat();

/** By issuer, whoever was met last standing last. */
function loadHeld(db: Database): Map<PeerId, HeldGrant[]> {
  const rows = db.prepare('SELECT * FROM access_grants_held ORDER BY rowid').all() as Array<{
    id: string;
    issuer: string;
    provider: string;
    bytes: Uint8Array;
    parents: Uint8Array | null;
  }>;
  const grants = rows.map(({ bytes, id, issuer, parents, provider }) => ({
    id,
    issuer,
    provider,
    grant: grantIn(bytes),
    bytes: new Uint8Array(bytes),
    parents: parents ? (decodeCbor(new Uint8Array(parents)) as Uint8Array[]) : [],
  }));
  return Map.groupBy(grants, ({ issuer }) => issuer);
}
