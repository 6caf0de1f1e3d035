/** Packages that nobody of the network signed: a file or folder of this machine, or a package of a centralized registry. */
import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import type { Permissions } from '#shared/features/packages/permissions.ts';
import type { PackageId, Release } from '#shared/features/packages/release.ts';
import type { PackageSettings } from '#shared/features/packages/views.ts';
import { jcsBytes, type JsonValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { fetchForeign, type OnProgress } from './foreign/index.ts';
import type { Installed } from './install/generations.ts';
import { refuseUnmet, requirementsOf } from './install/requirements.ts';
import type { Packages } from './packages.ts';
import type { Checked } from './publish/check.ts';
import type { ForeignOrigin, KeptRelease } from './store/releases.ts';

export interface BringWish {
  settings: PackageSettings;
  secretValues: Readonly<Record<string, string>>;
  /** What it may touch; absent: what its manifest asks for. */
  permissions?: Permissions | undefined;
  server?: string | undefined;
}

export interface Bringing {
  /** Throws as `checkPackage` does, or `packages.check_failed`. */
  file(path: string, wish: BringWish, signal: AbortSignal): Promise<Installed>;
  /** Throws as `fetchForeign` does as well. */
  listed(
    described: DescribedPackage,
    wish: BringWish,
    signal: AbortSignal,
    onProgress: OnProgress,
  ): Promise<Installed>;
}

export function createBringing({ clock, packages }: { clock: Clock; packages: Packages }): Bringing {
  const { documents, installer, places, releases } = packages;

  /** The facts by which it is known from now on, as a publisher would have signed them. */
  function note(id: PackageId, origin: ForeignOrigin, { facts, manifestBytes, tools }: Checked): KeptRelease {
    documents.put(manifestBytes);
    const release: Release = {
      ...facts,
      // The same facts are the same release, whenever they come.
      ...{ cert: new Uint8Array(), seq: 1, prev: null, iat: 0, notes: '' },
      tools: documents.put(jcsBytes(tools as unknown as JsonValue)),
    };
    return releases.get(releases.noteForeign(id, release, origin, clock.now())) as KeptRelease;
  }

  async function install(
    path: string,
    idOf: (checked: Checked) => PackageId,
    origin: ForeignOrigin,
    wish: BringWish,
    signal: AbortSignal,
  ): Promise<Installed> {
    const checked = await packages.check(path, signal, wish);
    const { facts, report } = checked;
    if (!report.ok) throw notSound(report.findings.find(({ level }) => level === 'error'));
    const kept = note(idOf(checked), origin, checked);
    refuseUnmet(requirementsOf(kept.release, 0, await packages.machine()));
    const { secretValues, server, settings } = wish;
    const permissions = wish.permissions ?? facts.permissions;
    return installer.install({ kept, permissions, settings, secretValues, server }, signal);
  }

  return {
    file: (path, wish, signal) => install(path, ({ facts }) => `file/${facts.name}`, 'file', wish, signal),
    async listed(described, wish, signal, onProgress) {
      const folder = places.stage();
      await mkdir(folder, { recursive: true });
      try {
        const { bundle, provenance } = await fetchForeign(
          { clock, path: process.env['PATH'] },
          described,
          folder,
          signal,
          onProgress,
        );
        const { identifier, registryType } = provenance;
        // An address is a long name; its last part says what it is.
        const name = registryType === 'mcpb' ? basename(new URL(identifier).pathname) : identifier;
        return await install(bundle, () => `${registryType}/${name}`, registryType, wish, signal);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

const notSound = (finding: { message: string; code: string } | undefined): AppError =>
  new AppError('packages.check_failed', `The package did not pass its check: ${finding?.message ?? ''}`, {
    advice: 'Nothing was installed. `toolswarm packages check` says everything that is wrong with it.',
    details: { why: finding?.message ?? '', finding: finding?.code ?? '' },
  });
