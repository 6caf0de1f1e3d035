/** What identity keeps in SQLite: the profile, the certificate in use, the rotations that are believed. */
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Rotation } from '#shared/features/identity/records.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';

export const identityMigrations: readonly Migration[] = [
  {
    slice: 'identity',
    version: 1,
    up: `
      CREATE TABLE identity_node (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        created_at INTEGER NOT NULL,
        display_name TEXT NOT NULL,
        confirmed_provider TEXT,
        certificate BLOB
      ) STRICT;
      CREATE TABLE identity_rotations (
        from_provider TEXT PRIMARY KEY,
        to_provider TEXT NOT NULL,
        seq INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        learned_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    slice: 'identity',
    version: 2,
    up: `
      ALTER TABLE identity_node ADD COLUMN signed_at INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE identity_node_lists (
        provider TEXT PRIMARY KEY,
        bytes BLOB NOT NULL,
        learned_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
];

/** A clock that was wrong for a while must not hold back what the root signs for longer than this. */
const MAX_AHEAD_MS = 10 * 60_000;

export interface NodeRow {
  createdAt: number;
  displayName: string;
  /** The provider whose phrase the person has confirmed. */
  confirmedProvider: ProviderId | null;
  certificate: Uint8Array | null;
}

export interface RotationRow {
  from: ProviderId;
  to: ProviderId;
  seq: number;
  bytes: Uint8Array;
}

export interface IdentityStore {
  node(): NodeRow | undefined;
  /** Makes the one row where it is missing. */
  create(createdAt: number): void;
  setDisplayName(displayName: string): void;
  setConfirmed(providerId: ProviderId): void;
  setCertificate(certificate: Uint8Array): void;
  /** A moment for the root to sign under, epoch ms: now, and later than every one before. */
  moment(now: number): number;
  nodeLists(): Array<{ provider: ProviderId; bytes: Uint8Array }>;
  setNodeList(list: { providerId: ProviderId; bytes: Uint8Array }, learnedAt: number): void;
  rotations(): RotationRow[];
  /** Does nothing where the same `from` is known. */
  addRotation(rotation: Rotation, learnedAt: number): void;
  /** Runs several of the above as one change. */
  transaction(change: () => void): void;
}

const SELECT_NODE = `SELECT created_at AS createdAt, display_name AS displayName,
  confirmed_provider AS confirmedProvider, certificate FROM identity_node`;
const SELECT_ROTATIONS = `SELECT from_provider AS "from", to_provider AS "to", seq, bytes
  FROM identity_rotations ORDER BY learned_at, seq`;

/** Bytes come out of SQLite as Buffers, whose `slice` shares memory; callers get plain copies. */
export function createIdentityStore(db: Database): IdentityStore {
  const selectNode = db.prepare<[], NodeRow>(SELECT_NODE);
  const insertNode = db.prepare(
    "INSERT OR IGNORE INTO identity_node (id, created_at, display_name) VALUES (1, ?, '')",
  );
  const updateName = db.prepare('UPDATE identity_node SET display_name = ?');
  const updateConfirmed = db.prepare('UPDATE identity_node SET confirmed_provider = ?');
  const updateCertificate = db.prepare('UPDATE identity_node SET certificate = ?');
  const selectRotations = db.prepare<[], RotationRow>(SELECT_ROTATIONS);
  const insertRotation = db.prepare('INSERT OR IGNORE INTO identity_rotations VALUES (?, ?, ?, ?, ?)');
  const selectSignedAt = db.prepare<[], { at: number }>('SELECT signed_at AS at FROM identity_node');
  const updateSignedAt = db.prepare('UPDATE identity_node SET signed_at = ?');
  const selectLists = db.prepare<[], { provider: ProviderId; bytes: Uint8Array }>(
    'SELECT provider, bytes FROM identity_node_lists',
  );
  const upsertList = db.prepare('INSERT OR REPLACE INTO identity_node_lists VALUES (?, ?, ?)');
  return {
    moment(now) {
      const last = selectSignedAt.get()?.at ?? 0;
      const at = last > now + MAX_AHEAD_MS ? now : Math.max(now, last + 1);
      updateSignedAt.run(at);
      return at;
    },
    nodeLists: () => selectLists.all().map((row) => ({ ...row, bytes: new Uint8Array(row.bytes) })),
    setNodeList: ({ bytes, providerId }, learnedAt) => void upsertList.run(providerId, bytes, learnedAt),
    node() {
      const row = selectNode.get();
      return row && { ...row, certificate: row.certificate && new Uint8Array(row.certificate) };
    },
    create: (createdAt) => void insertNode.run(createdAt),
    setDisplayName: (displayName) => void updateName.run(displayName),
    setConfirmed: (providerId) => void updateConfirmed.run(providerId),
    setCertificate: (certificate) => void updateCertificate.run(certificate),
    rotations: () => selectRotations.all().map((row) => ({ ...row, bytes: new Uint8Array(row.bytes) })),
    addRotation: ({ from, to, seq, bytes }, learnedAt) =>
      void insertRotation.run(from, to, seq, bytes, learnedAt),
    transaction: (change) => db.transaction(change)(),
  };
}
