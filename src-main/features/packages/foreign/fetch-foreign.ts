import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import { MANIFEST_FILE, readPackageManifest } from '#shared/features/packages/manifest.ts';
import { packFolder } from '../archive/pack.ts';
import { unsupported } from './faults.ts';
import { unpackMcpb } from './mcpb.ts';
import { unpackNpm } from './npm.ts';
import { unpackPython } from './python.ts';
import { type FetchedForeign, type ForeignDeps, LOCK_FILE, type OnProgress, type Unpacked } from './types.ts';

/**
 * Brings a package of a centralized registry here as a bundle. Nothing of it is run, not even what its author wants to be run
 * when it is installed. The same parts give the same bytes.
 *
 * @param into an existing folder; `bundle.mcpb` is written there, nothing else is left
 * @throws `packages.foreign_not_found`, `_unreachable`, `_integrity`, `_too_large`, `_unsupported`, `_no_program`, or
 * `packages.runtime_missing`
 */
export async function fetchForeign(
  deps: ForeignDeps,
  described: DescribedPackage,
  into: string,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<FetchedForeign> {
  const work = join(into, 'work');
  const bundle = join(into, 'bundle.mcpb');
  // What a fetch left that was killed.
  for (const path of [work, bundle]) await rm(path, { recursive: true, force: true });
  await mkdir(work, { mode: 0o700 });
  try {
    const { manifest, provenance, root } = await unpackAny(deps, described, work, signal, onProgress);
    signal.throwIfAborted();
    const written = inLines(manifest);
    for (const file of [MANIFEST_FILE, LOCK_FILE])
      await rm(join(root, file), { recursive: true, force: true });
    await writeFile(join(root, MANIFEST_FILE), written);
    await writeFile(join(root, LOCK_FILE), inLines(provenance));
    await packFolder(root, bundle, signal, { isWhole: true });
    return { bundle, manifest: readPackageManifest(written), provenance };
  } catch (error) {
    await rm(bundle, { force: true });
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function unpackAny(
  deps: ForeignDeps,
  described: DescribedPackage,
  work: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Unpacked> {
  const { identifier, registryType, transport } = described;
  if (transport.type !== 'stdio')
    throw unsupported(identifier, `it is reached over ${transport.type}, not started here`);
  switch (registryType) {
    case 'npm':
      return unpackNpm(deps, described, work, signal, onProgress);
    case 'pypi':
      return unpackPython(deps, described, work, signal, onProgress);
    case 'mcpb':
      return unpackMcpb(deps, described, work, signal, onProgress);
    default:
      throw unsupported(identifier, `nobody here knows packages of the kind ${registryType.slice(0, 32)}`);
  }
}

const inLines = (value: object): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
