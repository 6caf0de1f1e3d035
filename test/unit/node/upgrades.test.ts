/** Whatever version wrote a database: today's opens it, brings it to today's schema, and loses nothing. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccess } from '#main/features/access/index.ts';
import { createClientStore } from '#main/features/clients/store.ts';
import { createActivation } from '#main/features/governance/index.ts';
import { createHistory } from '#main/features/governance/history.ts';
import { createRememberedPeers } from '#main/features/p2p/index.ts';
import { createRecordStore } from '#main/features/records/store.ts';
import { createDecisions } from '#main/features/registry/decisions.ts';
import { createKeepsakes } from '#main/features/registry/keepsakes.ts';
import { createCatalogNames } from '#main/features/registry/names.ts';
import { createVersions } from '#main/features/registry/versions.ts';
import { createInvocations } from '#main/features/relay/invocations.ts';
import { createServersStore } from '#main/features/servers/store.ts';
import { createTrust } from '#main/features/trust/index.ts';
import { createInvitationStore } from '#main/node/invitation-store.ts';
import { nodeMigrations } from '#main/node/migrations.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Database, type Migration, openDatabase } from '#main/platform/sqlite.ts';
import { createManualClock } from '#test/support/clock.ts';
import { ALICE, BOB, FIRST_CALL, OLD_ROWS, SECOND_CALL, THIRD_CALL, TOOL } from '#test/support/old-rows.ts';

/** Newest version by slice. */
const NEWEST = new Map<string, number>();
for (const { slice, version } of nodeMigrations) NEWEST.set(slice, Math.max(version, NEWEST.get(slice) ?? 0));
const SLICES = [...NEWEST.keys()];
const LEFT_AT = 1;
const UPGRADED_AT = 2;
const clock = createManualClock();

type Versions = Readonly<Record<string, number>>;
const versionOf = (slice: string, versions: Versions): number => versions[slice] ?? NEWEST.get(slice) ?? 0;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'upgrades-'));
  file = join(dir, 'node.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (at: string, migrations: readonly Migration[] = nodeMigrations, now = UPGRADED_AT) =>
  openDatabase({ file: at, migrations, now });

/** Lives through every version up to the given ones, writing rows in each; returns them. */
function leave(at: string, versions: Versions): Rows {
  for (let now = 1; now <= Math.max(...NEWEST.values()); now++) {
    const known = nodeMigrations.filter(
      ({ slice, version }) => version <= Math.min(now, versionOf(slice, versions)),
    );
    const db = open(at, known, LEFT_AT);
    for (const slice of SLICES) if (now <= versionOf(slice, versions)) db.exec(rowsLeft(slice, now));
    db.close();
  }
  return reading(at, rowsOf);
}

function rowsLeft(slice: string, version: number): string {
  const rows = OLD_ROWS[slice]?.[version - 1];
  if (rows === undefined) throw new Error(`test/support/old-rows.ts has no rows of ${slice} ${version}`);
  return rows;
}

/** Looks at a file without migrating it. */
function reading<T>(at: string, read: (db: Database) => T): T {
  const db = new SqliteDatabase(at, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

type Rows = Record<string, Array<Record<string, unknown>>>;

const tablesOf = (db: Database): string[] =>
  db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];

const rowsOf = (db: Database): Rows =>
  Object.fromEntries(
    tablesOf(db)
      .filter((table) => table !== 'migrations')
      .map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]),
  ) as Rows;

const schemaOf = (db: Database) =>
  db.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();

interface Applied {
  slice: string;
  version: number;
  at: number;
}
const appliedIn = (db: Database) =>
  db.prepare('SELECT slice, version, applied_at AS at FROM migrations ORDER BY rowid').all() as Applied[];

/** Every slice stops at any version, whatever the others do. */
const versionsArbitrary = fc.record(
  Object.fromEntries([...NEWEST].map(([slice, newest]) => [slice, fc.integer({ min: 1, max: newest })])),
);

describe('a database of any earlier version', () => {
  it('has rows of every version, in every table', () => {
    const rows = leave(file, {});
    expect(Object.keys(OLD_ROWS).sort()).toEqual([...SLICES].sort());
    for (const [slice, left] of Object.entries(OLD_ROWS))
      expect([slice, left.length]).toEqual([slice, NEWEST.get(slice)]);
    expect(Object.entries(rows).filter(([, some]) => some.length === 0)).toEqual([]);
  });

  it('gets what it lacks, each migration once and in order, and keeps every value', () => {
    open(join(dir, 'fresh.db')).close();
    const fresh = reading(join(dir, 'fresh.db'), schemaOf);
    let number = 0;
    fc.assert(
      fc.property(versionsArbitrary, (versions) => {
        const at = join(dir, `${number++}.db`);
        const before = leave(at, versions);
        open(at).close();
        expect(reading(at, schemaOf)).toEqual(fresh);
        expectApplied(reading(at, appliedIn), versions);
        expectKept(before, reading(at, rowsOf));
        const bytes = readFileSync(at);
        open(at, nodeMigrations, 3).close();
        expect(readFileSync(at).equals(bytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('stays as it was where a migration fails, and is upgraded by the next start', () => {
    const versions = Object.fromEntries(SLICES.map((slice) => [slice, 1]));
    const before = leave(file, versions);
    const broken = nodeMigrations.map((step) =>
      step.version === 2 ? { ...step, up: `${step.up}; INSERT INTO no_such_table VALUES (1);` } : step,
    );
    expect(() => open(file, broken)).toThrow(/no_such_table/);
    expect(reading(file, rowsOf)).toEqual(before);
    expect(reading(file, appliedIn).every(({ version }) => version === 1)).toBe(true);
    open(file).close();
    expectKept(before, reading(file, rowsOf));
  });
});

/** What was applied before stays noted as it was; the rest follows in order of versions. */
function expectApplied(applied: readonly Applied[], versions: Versions): void {
  for (const [slice, newest] of NEWEST) {
    const steps = applied.filter((one) => one.slice === slice);
    expect(steps.map(({ version }) => version)).toEqual(
      Array.from({ length: newest }, (_, index) => index + 1),
    );
    for (const { at, version } of steps)
      expect(at).toBe(version <= versionOf(slice, versions) ? LEFT_AT : UPGRADED_AT);
  }
}

/** Payloads of calls stand apart since version 2 of `relay`: the reader of calls is asked for them below. */
const MOVED = new Set(['invocations.body', 'invocations.detail']);

function expectKept(before: Rows, after: Rows): void {
  for (const [table, rows] of Object.entries(before)) {
    expect([table, after[table]?.length]).toEqual([table, rows.length]);
    rows.forEach((row, index) => {
      const kept = Object.entries(row).filter(([column]) => !MOVED.has(`${table}.${column}`));
      expect(after[table]?.[index]).toMatchObject(Object.fromEntries(kept));
    });
  }
}

/** What today's code must find of each version on, by slice. */
const TODAY: Readonly<Record<string, (db: Database, version: number) => void>> = {
  clients(db, version) {
    const store = createClientStore(db);
    const left = [
      { name: 'work', prefix: true, servers: ['files'] },
      { name: 'home', prefix: false, includeTools: ['a'], excludeTools: ['b'] },
      { name: 'small', prefix: false, catalog: 'search', budget: 4000, alwaysListed: ['c'] },
    ].slice(0, version);
    expect(store.profiles()).toEqual(left.sort((a, b) => (a.name < b.name ? -1 : 1)));
    const visitor = { id: 'c2', name: 'Visitor', profile: 'work', tokenHash: 'hash-2', createdAt: 4 };
    expect(store.clients()).toEqual([
      // Who had a token before there were scopes may do what he could.
      { id: 'c1', name: 'Editor', profile: 'work', tokenHash: 'hash-1', createdAt: 1, scope: 'call' },
      ...(version < 4 ? [] : [{ ...visitor, scope: 'read', expiresAt: 9 }]),
    ]);
  },
  p2p(db, version) {
    const found = { peerId: 'peer-1', providerId: ALICE, addresses: ['/ip4/10.0.0.1/tcp/1'], lastSeenAt: 10 };
    expect(createRememberedPeers(db).list()).toEqual([found]);
    expect(createRememberedPeers(db, 'garden').list()).toHaveLength(version - 1);
  },
  records(db, version) {
    const store = createRecordStore(db);
    expect(store.get('listing', 'one')).toMatchObject({
      owner: ALICE,
      seq: 3,
      hash: new Uint8Array([10]),
      bytes: new Uint8Array([11]),
      networks: ['public'],
    });
    expect(store.undated('listing')).toHaveLength(Math.min(version, 2));
    if (version > 1) expect(store.get('listing', 'two')?.networks).toEqual(['public', 'garden']);
  },
  trust(db) {
    const trust = createTrust({ db, clock, log: silentLog });
    expect([trust.known(), trust.blocks()]).toEqual([[ALICE], [BOB]]);
  },
  governance(db) {
    const activation = createActivation({ db, log: silentLog }, []);
    expect([activation.overrideOf('feature-a'), activation.activatedAt('feature-b')]).toEqual(['never', 11]);
    expect(createHistory(db).of('proposal-1')).toEqual([
      { at: 12, yes: 1, no: 2, abstain: 3, ready: 4, weight: 5 },
    ]);
  },
  access(db, version) {
    const access = createAccess({
      db,
      clock,
      log: silentLog,
      standing: () => ({ tier: 'known', weight: 1 }),
    });
    expect(access.shareOf('files')).toEqual({
      server: 'files',
      audience: { kind: 'known' },
      tools: ['read'],
      sharedAt: 1,
    });
    expect(access.mayCall(ALICE, 'files', 'read').ok).toBe(true);
    expect(access.mayCall(ALICE, 'files', 'write').ok).toBe(false);
    if (version > 1) expect(access.shareOf('mail')?.category).toBe('office');
  },
  registry(db, version) {
    expect(createDecisions(db, clock).get(TOOL)).toEqual({
      verdict: 'approved',
      fingerprint: 'print-1',
      shown: { name: 'read' },
    });
    expect(createCatalogNames(db).aliasOf(TOOL)).toBe('open');
    expect(createKeepsakes(db, clock).isFavourite(TOOL)).toBe(version > 1);
    expect(createVersions(db, clock).list(TOOL)).toHaveLength(version - 1);
  },
  servers(db, version) {
    const vaults = createServersStore(db)
      .list()
      .map(({ config, vault }) => [config.name, vault]);
    expect(vaults).toEqual(
      [
        ['files', 'files'],
        ['mail', 'vault-2'],
      ].slice(0, version),
    );
  },
  relay(db, version) {
    const calls = createInvocations({ db, clock, log: silentLog }, { retentionMs: () => 3_600_000 });
    expect(calls.get('call-1')).toEqual({ ...FIRST_CALL, request: { ask: 1 }, response: { say: 2 } });
    expect(calls.list({ limit: 9, tool: 'read' })).toEqual(
      [THIRD_CALL, SECOND_CALL, FIRST_CALL].slice(3 - version),
    );
  },
  invitations(db) {
    const keys = new Map<string, Uint8Array>();
    const store = createInvitationStore(db, {
      get: (name) => keys.get(name),
      names: () => [...keys.keys()],
      set: (name, value) => void keys.set(name, value),
      update: () => undefined,
    });
    expect(store.list()).toEqual([{ id: 'i1', createdAt: 1, expiresAt: 9000, note: 'for Bob' }]);
    expect(store.joining()).toEqual(['toolswarm://join/x']);
  },
};

const earlier = Object.keys(TODAY).flatMap((slice) =>
  Array.from({ length: NEWEST.get(slice) ?? 0 }, (_, index) => ({ slice, version: index + 1 })),
);

it.each(earlier)("today's code reads what $slice $version left", ({ slice, version }) => {
  leave(file, { [slice]: version });
  const db = open(file);
  TODAY[slice]?.(db, version);
  db.close();
});

it.each(SLICES)(
  'a database with a newer %s than this program knows is refused, its data untouched',
  (slice) => {
    const before = leave(file, {});
    const older = nodeMigrations.filter(
      (step) => step.slice !== slice || step.version < (NEWEST.get(slice) ?? 0),
    );
    const bytes = readFileSync(file);
    expect(() => open(file, older)).toThrow(
      expect.objectContaining({
        code: 'storage.newer',
        message: expect.stringContaining(slice),
        advice: expect.stringMatching(/Update/),
      }),
    );
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(reading(file, rowsOf)).toEqual(before);
  },
);
