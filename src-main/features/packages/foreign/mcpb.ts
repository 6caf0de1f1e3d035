/**
 * A bundle that a registry names by its address and its hash. It is checked, unpacked and packed anew: what it says of its
 * permissions is nobody's word, and its name and version have to fit those of other packages.
 */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import {
  MANIFEST_FILE,
  manifestSchema,
  MAX_MANIFEST_BYTES,
  OURS,
  type PackageManifest,
} from '#shared/features/packages/manifest.ts';
import { unpack } from '../archive/unpack.ts';
import { download } from './download.ts';
import { unsupported, wrongContent } from './faults.ts';
import { LIMITS } from './limits.ts';
import { oursOf, packageName, semanticVersion } from './manifest.ts';
import type { ForeignDeps, OnProgress, Provenance, Unpacked } from './types.ts';

/** @param work an empty folder that is thrown away afterwards */
export async function unpackMcpb(
  { clock }: Pick<ForeignDeps, 'clock'>,
  described: DescribedPackage,
  work: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Unpacked> {
  const { fileSha256, identifier } = described;
  if (fileSha256 === undefined)
    throw unsupported(identifier, 'its registry does not name the hash of its file');
  const [root, archive] = [join(work, 'tree'), join(work, 'fetched.mcpb')];
  const wanted = { url: identifier, to: archive, maxBytes: LIMITS.fileBytes };
  const sha256 = await download({ ...wanted, clock, signal, onProgress });
  if (sha256 !== fileSha256) throw wrongContent(identifier);
  await unpack(archive, root, signal);
  const given = await readGiven(root, identifier);
  const version = described.version ?? given.version;
  const integrity = `sha256:${sha256}`;
  const provenance: Provenance = {
    registryType: 'mcpb',
    identifier,
    version,
    integrity,
    parts: [{ name: given.name, version, integrity }],
  };
  return {
    root,
    manifest: { ...given, _meta: { [OURS]: oursOf(provenance) } },
    provenance,
  };
}

/** Its manifest, under a name and a version as ours have them. */
async function readGiven(root: string, what: string): Promise<PackageManifest> {
  const file = join(root, MANIFEST_FILE);
  const { size } = await lstat(file).catch(() => ({ size: 0 }));
  if (size === 0 || size > MAX_MANIFEST_BYTES)
    throw unsupported(what, 'its manifest.json is missing or too long');
  try {
    const { _meta, ...raw } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const { name, version } = raw;
    return manifestSchema.parse({
      ...raw,
      name: packageName(String(name)),
      ...(typeof name === 'string' && raw['display_name'] === undefined
        ? { display_name: name.slice(0, 120) }
        : {}),
      version: semanticVersion(String(version)),
    });
  } catch (error) {
    throw unsupported(what, 'its manifest.json makes no sense', error);
  }
}
