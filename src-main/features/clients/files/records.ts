/** What we wrote into clients' files, so that it can be taken out again as if it had never been there. */
import type { ClientAppId } from '#shared/features/clients/apps.ts';
import type { Database } from '#main/platform/sqlite.ts';

export interface FileRecord {
  /** As the table of clients names it. */
  file: string;
  client: ClientAppId;
  profile: string;
  /**
   * How to undo while nobody else has changed the file. `restore`: put the copy back. `delete`: there was no file.
   * `remove`: an entry of ours was there before, so only take it out.
   */
  undo: 'restore' | 'delete' | 'remove';
  /** The copy of the file as it was. */
  backup: string | undefined;
  /** SHA-256 of that copy, and of what we wrote. */
  beforeHash: string;
  afterHash: string;
  connectedAt: number;
}

export interface FileRecords {
  get(file: string): FileRecord | undefined;
  list(): FileRecord[];
  put(record: FileRecord): void;
  remove(file: string): void;
}

type Row = Omit<FileRecord, 'backup'> & { backup: string | null };

export function createFileRecords(db: Database): FileRecords {
  const columns = `file, client, profile, undo, backup, before_hash AS beforeHash, after_hash AS afterHash,
    connected_at AS connectedAt`;
  const selectOne = db.prepare<[string], Row>(`SELECT ${columns} FROM client_files WHERE file = ?`);
  const selectAll = db.prepare<[], Row>(`SELECT ${columns} FROM client_files ORDER BY connected_at, file`);
  const replace = db.prepare('INSERT OR REPLACE INTO client_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM client_files WHERE file = ?');
  const fromRow = (row: Row): FileRecord => ({ ...row, backup: row.backup ?? undefined });
  return {
    get(file) {
      const row = selectOne.get(file);
      return row && fromRow(row);
    },
    list: () => selectAll.all().map(fromRow),
    put: (record) =>
      void replace.run(
        record.file,
        record.client,
        record.profile,
        record.undo,
        record.backup ?? null,
        record.beforeHash,
        record.afterHash,
        record.connectedAt,
      ),
    remove: (file) => void remove.run(file),
  };
}
