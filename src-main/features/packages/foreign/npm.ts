/** A package of an npm registry, with everything it needs to run, as the content of a bundle. */
import { lstat, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import { PLATFORMS } from '#shared/features/packages/release.ts';
import { noProgram, unsupported } from './faults.ts';
import { LIMITS, newRoom } from './limits.ts';
import { foreignManifest } from './manifest.ts';
import { type NpmPart, type NpmWish, resolveNpm } from './npm-tree.ts';
import { fetchNpmPart, type NpmTarget } from './npm-unpack.ts';
import type { ForeignDeps, OnProgress, Provenance, Unpacked } from './types.ts';

/** Packages that are fetched at a time. */
const AT_A_TIME = 6;

/** What a `package.json` says of itself, as far as it is used. */
const packageJsonSchema = z.object({
  name: z.string().max(214),
  version: z.string().max(256),
  description: z.string().optional().catch(undefined),
  author: z
    .union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)])
    .optional()
    .catch(undefined),
  license: z.string().optional().catch(undefined),
  engines: z
    .looseObject({ node: z.string().max(64).optional() })
    .optional()
    .catch(undefined),
  bin: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .catch(undefined),
});
type PackageJson = z.output<typeof packageJsonSchema>;

/** @param work an empty folder that is thrown away afterwards */
export async function unpackNpm(
  { npmRegistry }: Pick<ForeignDeps, 'npmRegistry'>,
  described: DescribedPackage,
  work: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Unpacked> {
  const { identifier, registryBaseUrl, version = '' } = described;
  const wish: NpmWish = { name: identifier, version, registry: registryBaseUrl ?? npmRegistry };
  const [root, cache] = [join(work, 'tree'), join(work, 'cache')];
  await mkdir(cache, { recursive: true });
  const parts = await resolveNpm(wish, root, cache, signal);
  signal.throwIfAborted();
  await rm(join(root, 'package.json'));
  await fetchAll(parts, { wish, root, cache, room: newRoom(), signal }, onProgress);
  const own = parts.find(({ location }) => location === `node_modules/${identifier}`);
  if (!own) throw unsupported(identifier, 'its registry gives another package');
  const provenance = provenanceOf(described, own, parts);
  return { root, manifest: await manifestFor(described, root, own, parts, provenance), provenance };
}

/** Several at a time; what lies in the folder of another after that one, whose folder is made anew. */
async function fetchAll(parts: readonly NpmPart[], target: NpmTarget, onProgress: OnProgress): Promise<void> {
  let done = 0;
  const byDepth = Map.groupBy(parts, ({ location }) => location.split('node_modules/').length);
  for (const depth of [...byDepth.keys()].sort((a, b) => a - b)) {
    const waiting = [...(byDepth.get(depth) ?? [])];
    const worker = async () => {
      for (let part = waiting.shift(); part; part = waiting.shift()) {
        await fetchNpmPart(part, target);
        done += 1;
        onProgress({ done, total: parts.length, unit: 'items' });
      }
    };
    // One that fails ends the others: nothing may be written to a folder that is thrown away.
    const ends = await Promise.allSettled(
      Array.from({ length: AT_A_TIME }, () =>
        worker().catch((error: unknown) => {
          waiting.length = 0;
          throw error;
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}

function provenanceOf({ identifier }: DescribedPackage, own: NpmPart, parts: readonly NpmPart[]): Provenance {
  return {
    registryType: 'npm',
    identifier,
    version: own.version,
    integrity: own.integrity,
    parts: parts.map(({ integrity, name, version }) => ({ name, version, integrity })),
  };
}

async function manifestFor(
  described: DescribedPackage,
  root: string,
  own: NpmPart,
  parts: readonly NpmPart[],
  provenance: Provenance,
) {
  const about = await readPackageJson(join(root, own.location), described.identifier);
  const platform = PLATFORMS.find((one) => one === process.platform);
  return foreignManifest(
    described,
    {
      type: 'node',
      entryPoint: posix.join(own.location, await findProgram(join(root, own.location), about)),
      description: about.description,
      author: about.author,
      license: about.license,
      requires: about.engines?.node,
      platform: parts.some(({ isForPlatform }) => isForPlatform) ? platform : undefined,
    },
    provenance,
  );
}

async function readPackageJson(folder: string, what: string): Promise<PackageJson> {
  const file = join(folder, 'package.json');
  const { size } = await lstat(file).catch(() => ({ size: 0 }));
  if (size === 0 || size > LIMITS.descriptionBytes)
    throw unsupported(what, 'its package.json is missing or too long');
  try {
    return packageJsonSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw unsupported(what, 'its package.json makes no sense', error);
  }
}

/** The program that is called as the package is, else the only one. A path below the folder of the package. */
async function findProgram(folder: string, { bin, name }: PackageJson): Promise<string> {
  const own = name.split('/').at(-1) ?? name;
  const all = typeof bin === 'string' ? { [own]: bin } : (bin ?? {});
  const paths = Object.hasOwn(all, own) ? [all[own]] : [...new Set(Object.values(all))];
  const [path] = paths;
  if (path === undefined || paths.length !== 1) throw noProgram(name);
  const inside = posix.normalize(path.replaceAll('\\', '/'));
  if (posix.isAbsolute(inside) || inside.split('/').includes('..')) throw noProgram(name);
  const found = await lstat(join(folder, inside)).catch(() => undefined);
  if (!found?.isFile() || !(await isForNode(join(folder, inside)))) throw noProgram(name);
  return inside;
}

/** What names another interpreter, or is no text, is not started by Node. */
async function isForNode(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    if (head.startsWith('#!')) return /^#![^\n]*\bnode\b/.test(head);
    return /\.[cm]?js$/.test(path) && !head.includes('\0');
  } finally {
    await file.close();
  }
}
