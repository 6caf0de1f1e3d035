/**
 * What is installed, and every state it was in. A change appends a generation and points at it, in one transaction; going
 * back appends an earlier one again. What the servers run follows from here.
 */
import { type Permissions, permissionsSchema } from '#shared/features/packages/permissions.ts';
import type { PackageId, ReleaseId } from '#shared/features/packages/release.ts';
import {
  type PackageGeneration,
  type PackageSettings,
  settingsSchema,
  type UpdatePolicy,
  updatePolicySchema,
} from '#shared/features/packages/views.ts';
import type { ErrorShape } from '#shared/kernel/errors.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** Kept of one package; the oldest beyond it are forgotten. */
export const MAX_GENERATIONS = 100;

export interface Generation {
  package: PackageId;
  generation: number;
  at: number;
  reason: PackageGeneration['reason'];
  goneBackTo: number | undefined;
  release: ReleaseId;
  /** What the operator agreed to. */
  permissions: Permissions;
  settings: PackageSettings;
  /** Where the values of its secrets are kept. */
  vault: string;
}

export interface Installed {
  package: PackageId;
  /** The server that runs it. */
  server: string;
  generation: number;
  policy: UpdatePolicy;
  installedAt: number;
  /** Why it could not be updated, or was taken back. */
  problem: ErrorShape | undefined;
}

export interface Pin {
  profile: string;
  package: PackageId;
  release: ReleaseId;
  server: string;
}

export interface Generations {
  installed(): Installed[];
  get(id: PackageId): Installed | undefined;
  byServer(server: string): Installed | undefined;
  /** Newest first. */
  history(id: PackageId): Generation[];
  generation(id: PackageId, generation: number): Generation | undefined;
  current(id: PackageId): Generation | undefined;
  /** Writes one that is not pointed at yet. */
  append(next: Omit<Generation, 'generation'>): Generation;
  /** Points at a generation; the package is installed from here on. */
  switchTo(id: PackageId, generation: number, server: string, at: number): void;
  /** Appends and points in one step. */
  appendAndSwitch(next: Omit<Generation, 'generation'>): Generation;
  /** One that was never pointed at. */
  drop(id: PackageId, generation: number): void;
  setPolicy(id: PackageId, policy: UpdatePolicy): void;
  setProblem(id: PackageId, problem: ErrorShape | undefined): void;
  renameServer(from: string, to: string): void;
  remove(id: PackageId): void;
  /** Packages of which there are states and that are not installed: their first change was cut off. */
  unfinished(): PackageId[];
  pins(id?: PackageId): Pin[];
  setPin(pin: Pin): void;
  removePin(profile: string, id: PackageId): void;
  /** Every release that something here names. */
  releasesInUse(): Set<ReleaseId>;
}

interface GenerationRow {
  package: string;
  generation: number;
  at: number;
  reason: PackageGeneration['reason'];
  gone_back_to: number | null;
  release: string;
  permissions: string;
  settings: string;
  vault: string;
}

interface InstalledRow {
  package: string;
  server: string;
  generation: number;
  policy: string;
  installed_at: number;
  problem: string | null;
}

export function createGenerations(db: Database): Generations {
  const sql = {
    installed: db.prepare('SELECT * FROM packages_installed ORDER BY installed_at, package'),
    get: db.prepare('SELECT * FROM packages_installed WHERE package = ?'),
    byServer: db.prepare('SELECT * FROM packages_installed WHERE server = ?'),
    history: db.prepare('SELECT * FROM packages_generations WHERE package = ? ORDER BY generation DESC'),
    generation: db.prepare('SELECT * FROM packages_generations WHERE package = ? AND generation = ?'),
    newest: db.prepare('SELECT max(generation) AS newest FROM packages_generations WHERE package = ?'),
    append: db.prepare(
      `INSERT INTO packages_generations (package, generation, at, reason, gone_back_to, release, permissions, settings, vault)
       VALUES (@package, @generation, @at, @reason, @goneBackTo, @release, @permissions, @settings, @vault)`,
    ),
    point: db.prepare(
      `INSERT INTO packages_installed (package, server, generation, policy, installed_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (package) DO UPDATE SET generation = excluded.generation, problem = NULL`,
    ),
    drop: db.prepare('DELETE FROM packages_generations WHERE package = ? AND generation = ?'),
    trim: db.prepare('DELETE FROM packages_generations WHERE package = ? AND generation <= ?'),
    policy: db.prepare('UPDATE packages_installed SET policy = ? WHERE package = ?'),
    problem: db.prepare('UPDATE packages_installed SET problem = ? WHERE package = ?'),
    rename: db.prepare('UPDATE packages_installed SET server = ? WHERE server = ?'),
    removeInstalled: db.prepare('DELETE FROM packages_installed WHERE package = ?'),
    removeGenerations: db.prepare('DELETE FROM packages_generations WHERE package = ?'),
    unfinished: db.prepare(
      'SELECT DISTINCT package FROM packages_generations WHERE package NOT IN (SELECT package FROM packages_installed)',
    ),
    removePins: db.prepare('DELETE FROM packages_pins WHERE package = ?'),
    pins: db.prepare('SELECT * FROM packages_pins ORDER BY package, profile'),
    pin: db.prepare(
      'INSERT OR REPLACE INTO packages_pins (profile, package, release, server) VALUES (@profile, @package, @release, @server)',
    ),
    unpin: db.prepare('DELETE FROM packages_pins WHERE profile = ? AND package = ?'),
    used: db.prepare('SELECT release FROM packages_generations UNION SELECT release FROM packages_pins'),
  };
  const DEFAULT_POLICY = JSON.stringify(updatePolicySchema.parse({}));

  const get = (id: PackageId): Installed | undefined => installedFrom(sql.get.get(id));
  const generation = (id: PackageId, number: number): Generation | undefined =>
    generationFrom(sql.generation.get(id, number));

  function append(next: Omit<Generation, 'generation'>): Generation {
    const { newest } = sql.newest.get(next.package) as { newest: number | null };
    const made = { ...next, generation: (newest ?? 0) + 1 };
    sql.append.run({
      ...made,
      goneBackTo: made.goneBackTo ?? null,
      permissions: JSON.stringify(made.permissions),
      settings: JSON.stringify(made.settings),
    });
    sql.trim.run(made.package, made.generation - MAX_GENERATIONS);
    return made;
  }

  return {
    installed: () => sql.installed.all().map((row) => installedFrom(row) as Installed),
    get,
    byServer: (server) => installedFrom(sql.byServer.get(server)),
    history: (id) => sql.history.all(id).map((row) => generationFrom(row) as Generation),
    generation,
    current(id) {
      const found = get(id);
      return found && generation(id, found.generation);
    },
    append,
    switchTo: (id, number, server, at) => void sql.point.run(id, server, number, DEFAULT_POLICY, at),
    appendAndSwitch: db.transaction((next: Omit<Generation, 'generation'>) => {
      const made = append(next);
      sql.point.run(made.package, get(made.package)?.server ?? '', made.generation, DEFAULT_POLICY, made.at);
      return made;
    }),
    drop: (id, number) => void sql.drop.run(id, number),
    setPolicy: (id, policy) => void sql.policy.run(JSON.stringify(policy), id),
    setProblem: (id, problem) => void sql.problem.run(problem ? JSON.stringify(problem) : null, id),
    renameServer: (from, to) => void sql.rename.run(to, from),
    remove: db.transaction((id: PackageId) => {
      sql.removeInstalled.run(id);
      sql.removeGenerations.run(id);
      sql.removePins.run(id);
    }),
    unfinished: () => (sql.unfinished.all() as Array<{ package: string }>).map(({ package: id }) => id),
    pins(id) {
      const all = sql.pins.all() as Pin[];
      return id === undefined ? all : all.filter((pin) => pin.package === id);
    },
    setPin: (pin) => void sql.pin.run(pin),
    removePin: (profile, id) => void sql.unpin.run(profile, id),
    releasesInUse: () =>
      new Set((sql.used.all() as Array<{ release: string }>).map(({ release }) => release)),
  };
}

function installedFrom(found: unknown): Installed | undefined {
  const row = found as InstalledRow | undefined;
  return (
    row && {
      package: row.package,
      server: row.server,
      generation: row.generation,
      policy: updatePolicySchema.parse(JSON.parse(row.policy)),
      installedAt: row.installed_at,
      problem: row.problem === null ? undefined : (JSON.parse(row.problem) as ErrorShape),
    }
  );
}

function generationFrom(found: unknown): Generation | undefined {
  const row = found as GenerationRow | undefined;
  return (
    row && {
      package: row.package,
      generation: row.generation,
      at: row.at,
      reason: row.reason,
      goneBackTo: row.gone_back_to ?? undefined,
      release: row.release,
      permissions: permissionsSchema.parse(JSON.parse(row.permissions)),
      settings: settingsSchema.parse(JSON.parse(row.settings)),
      vault: row.vault,
    }
  );
}
