/** Tries a package as a stranger's machine would, and says what it found. */
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleId } from '#shared/features/packages/bundle.ts';
import { compareTools, lintManifest, lintTool } from '#shared/features/packages/lint.ts';
import {
  derivedFrom,
  MANIFEST_FILE,
  type PackageManifest,
  readPackageManifest,
} from '#shared/features/packages/manifest.ts';
import type { Release } from '#shared/features/packages/release.ts';
import type { Permissions } from '#shared/features/packages/permissions.ts';
import type { CheckReport, Finding, PackageSettings } from '#shared/features/packages/views.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { describeFileError } from '#main/platform/files.ts';
import { packFolder } from '../archive/pack.ts';
import type { BundleTable } from '../store/bundle-table.ts';
import type { Bundles } from '../store/bundles.ts';
import type { Places } from '../store/places.ts';
import type { KeptRelease } from '../store/releases.ts';
import { describeBundle } from './describe.ts';
import { runTrial, type TrialDeps, type TrialOutcome } from './trial.ts';

export interface CheckDeps extends TrialDeps {
  places: Places;
  bundles: Bundles;
  table: BundleTable;
  clock: Clock;
}

/** A package that lies in the store, though nothing was said of it yet. */
export interface Checked {
  report: CheckReport;
  manifest: PackageManifest;
  manifestBytes: Uint8Array;
  /** What a release says of it, without what belongs to its place in a log. */
  facts: UnplacedRelease;
  tools: Tool[];
}
/** What it is tried with; absent: what it asks for, and something in the place of secrets. */
export interface CheckWish {
  permissions?: Permissions | undefined;
  settings?: PackageSettings | undefined;
  secretValues?: Readonly<Record<string, string>> | undefined;
}
export type UnplacedRelease = ReturnType<typeof derivedFrom> & Pick<Release, 'bundle' | 'manifest'>;

/**
 * Packs a folder or takes an `.mcpb`, and tries it. What was found wrong is in the report; only what cannot be looked at
 * at all is thrown: `storage.unreadable`, `packages.unpackable`, `packages.hostile_archive`, `packages.bad_manifest`.
 */
export async function checkPackage(
  deps: CheckDeps,
  path: string,
  signal: AbortSignal,
  wish: CheckWish = {},
): Promise<Checked> {
  const staged = deps.places.stage();
  let files: number;
  try {
    files = await bring(path, staged, signal);
  } catch (error) {
    await rm(staged, { force: true });
    throw describeFileError(error, path);
  }
  const bundle = await describeBundle(staged, signal);
  const id = await deps.bundles.adopt(staged, bundle);
  try {
    return await checkAdopted(deps, id, files, signal, wish);
  } catch (error) {
    if (!isUsed(deps.table, id)) await deps.bundles.remove(id);
    throw error;
  }
}

/** Whether somebody but a check keeps it. */
const isUsed = (table: BundleTable, id: string): boolean => table.get(id)?.published === true;

/** Resolves with the number of files, where it was a folder; 0 otherwise. */
async function bring(path: string, to: string, signal: AbortSignal): Promise<number> {
  if ((await stat(path)).isDirectory()) return (await packFolder(path, to, signal)).length;
  await copyFile(path, to);
  return 0;
}

async function checkAdopted(
  deps: CheckDeps,
  id: string,
  packed: number,
  signal: AbortSignal,
  wish: CheckWish,
): Promise<Checked> {
  const { bundles, table } = deps;
  const folder = await bundles.unpacked(id, signal);
  const row = table.get(id);
  if (!row?.tree) throw new AppError('packages.not_kept', 'The package is gone from the store.');
  const manifestBytes = await readFile(join(folder, MANIFEST_FILE)).then(
    (bytes) => new Uint8Array(bytes),
    () => Promise.reject(noManifest()),
  );
  const manifest = readPackageManifest(manifestBytes);
  const facts: UnplacedRelease = {
    ...derivedFrom(manifest),
    bundle: row.bundle,
    manifest: sha256Bytes(manifestBytes),
  };
  const { findings, outcome } = await tryOut(deps, manifest, facts, signal, wish);
  const all = [...lintManifest(manifest), ...entryPoint(manifest, row.tree), ...findings];
  return {
    manifest,
    manifestBytes,
    facts,
    tools: outcome?.tools ?? [],
    report: {
      ok: all.every(({ level }) => level !== 'error'),
      name: manifest.name,
      version: manifest.version,
      findings: all,
      files: packed || row.tree.length,
      size: row.bundle.size,
      tools: (outcome?.tools ?? []).map(({ description = '', name }) => ({ name, description })),
      permissions: facts.permissions,
      settings: manifest.user_config,
      ...(outcome ? { startMs: Math.round(outcome.startMs) } : {}),
      ...(outcome?.memoryBytes === undefined ? {} : { memoryBytes: outcome.memoryBytes }),
      sandboxed: outcome !== undefined,
    },
  };
}

function entryPoint({ server }: PackageManifest, tree: ReadonlyArray<{ path: string }>): Finding[] {
  if (tree.some(({ path }) => path === server.entry_point)) return [];
  return [
    {
      level: 'error',
      code: 'no_entry_point',
      subject: server.entry_point,
      message: 'The manifest names it as the start of the server, and it is not in the package.',
    },
  ];
}

async function tryOut(
  deps: CheckDeps,
  manifest: PackageManifest,
  facts: UnplacedRelease,
  signal: AbortSignal,
  wish: CheckWish,
): Promise<{ findings: Finding[]; outcome: TrialOutcome | undefined }> {
  try {
    const outcome = await runTrial(
      deps,
      {
        kept: trialRelease(facts),
        permissions: wish.permissions ?? facts.permissions,
        settings: wish.settings ?? {},
        secretValues: { ...placeholders(manifest), ...wish.secretValues },
        data: deps.places.stage(),
      },
      signal,
    );
    const denied = outcome.denials.map(({ kind, what }) => ({
      level: 'warning' as const,
      code: `denied_${kind}`,
      subject: what,
      message: 'It tried to use what its permissions do not name.',
    }));
    return {
      findings: [...compareTools(manifest, outcome.tools), ...outcome.tools.flatMap(lintTool), ...denied],
      outcome,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { advice, code, message } = toErrorShape(error);
    return {
      findings: [{ level: 'error', code, message: `${message} ${advice}`.trim() }],
      outcome: undefined,
    };
  }
}

/** Servers that need secrets to start are tried with something in their place. */
const placeholders = ({ user_config: declared }: PackageManifest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(declared).flatMap(([name, { required, sensitive }]) =>
      sensitive && required ? [[name, 'placeholder']] : [],
    ),
  );

const trialRelease = (facts: UnplacedRelease): KeptRelease => ({
  id: '0'.repeat(64),
  package: `trial/${facts.name}`,
  release: {
    ...facts,
    ...{ cert: new Uint8Array(), seq: 1, prev: null, iat: 0, notes: '', tools: new Uint8Array(32) },
  },
  bundle: bundleId(facts.bundle),
  foreign: undefined,
  notedAt: 0,
});

const noManifest = (): AppError =>
  new AppError('packages.no_manifest', 'There is no manifest.json in the package.', {
    advice: 'Write one with `toolswarm packages init`.',
  });
