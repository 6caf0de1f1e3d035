/**
 * Which packages an npm package needs, at which versions, and where each lies below the bundle: npm's own resolver works
 * it out from what the registry says. Nothing is unpacked and nothing is run here; whatever is not a version in the
 * registry (git, addresses, folders) is refused wherever it stands.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Arborist from '@npmcli/arborist';
import semver from 'semver';
import { notFound, tooLarge, unreachable, unsupported, wrongContent } from './faults.ts';
import { LIMITS } from './limits.ts';

export interface NpmWish {
  name: string;
  version: string;
  /** Absent: where npm itself looks. */
  registry?: string | undefined;
}

/** One package of the tree. */
export interface NpmPart {
  name: string;
  version: string;
  /** Folder below the bundle, `node_modules/a/node_modules/b`. */
  location: string;
  /** Address of its archive, and what must be in it. */
  resolved: string;
  integrity: string;
  /** Whether it runs on one platform alone. */
  isForPlatform: boolean;
}

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** Options that registry requests share; `cache` is a folder of this one installation. */
export const requestOptions = ({ registry }: NpmWish, cache: string, signal: AbortSignal) => ({
  signal,
  ...(registry === undefined ? {} : { registry }),
  cache,
  allowGit: 'none' as const,
  allowRemote: 'none' as const,
  allowFile: 'none' as const,
  allowDirectory: 'none' as const,
  fetchRetries: 1,
  fetchRetryFactor: 2,
  fetchRetryMintimeout: 500,
  fetchRetryMaxtimeout: 2_000,
  timeout: 60_000,
});

/** Throws `packages.foreign_not_found`, `_unsupported`, `_too_large`, `_integrity` or `_unreachable`. */
export async function resolveNpm(
  wish: NpmWish,
  root: string,
  cache: string,
  signal: AbortSignal,
): Promise<NpmPart[]> {
  const what = `${wish.name}@${wish.version}`;
  if (wish.name.length > 214 || !NAME.test(wish.name))
    throw unsupported(wish.name, 'it is no name of an npm package');
  if (semver.valid(wish.version) !== wish.version) throw unsupported(what, 'it is no exact version');
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'package.json'), '{"private":true}');
  const tree = await idealTree(wish, root, cache, signal).catch((error: unknown) => {
    throw describe(error, what, wish);
  });
  const nodes = [...tree.inventory.values()].filter((node) => isWanted(node));
  if (nodes.length > LIMITS.packages) throw tooLarge(what, `${LIMITS.packages} packages`);
  return nodes.map((node) => partOf(node, wish)).sort((a, b) => (a.location < b.location ? -1 : 1));
}

/** Loaded when it is wanted: few nodes ever do this. */
async function idealTree(
  { name, version, registry }: NpmWish,
  path: string,
  cache: string,
  signal: AbortSignal,
): Promise<Arborist.Node> {
  const { default: Loaded } = await import('@npmcli/arborist');
  const arborist = new Loaded({
    ...requestOptions({ name, version, registry }, cache, signal),
    path,
    ignoreScripts: true,
    audit: false,
    fund: false,
    packageLock: false,
    omit: ['dev'],
  });
  return arborist.buildIdealTree({ add: [`${name}@${version}`] });
}

/** Not the folder itself, and neither what comes inside of others nor what could not run here anyway. */
function isWanted(node: Arborist.Node): boolean {
  if (node.isRoot || node.inBundle || node.extraneous) return false;
  return !node.optional || fitsHere(node.package);
}

interface PlatformWords {
  os?: string[] | string;
  cpu?: string[] | string;
  libc?: string[] | string;
}

/** `["linux", "darwin"]` names what is allowed, `["!win32"]` what is not. */
function fitsHere({ cpu, os }: PlatformWords): boolean {
  const allows = (words: string[] | string | undefined, here: string) => {
    const list = [words ?? []].flat();
    const denied = list.filter((word) => word.startsWith('!'));
    const allowed = list.filter((word) => !word.startsWith('!') && word !== 'any');
    return !denied.includes(`!${here}`) && (allowed.length === 0 || allowed.includes(here));
  };
  return allows(os, process.platform) && allows(cpu, process.arch);
}

function partOf(node: Arborist.Node, wish: NpmWish): NpmPart {
  const { integrity, location, packageName, resolved, version } = node;
  const what = `${packageName}@${version}`;
  if (node.isLink || !resolved) throw unsupported(what, 'it does not come from a registry');
  if (!integrity) throw wrongContent(what, new Error('the registry names no hash'));
  if (!isFetchable(resolved, wish.registry)) throw unsupported(what, 'its archive is not fetched over https');
  if (!/^(node_modules\/(@[^/]+\/)?[^/]+\/?)+$/.test(location) || location.split('/').includes('..'))
    throw unsupported(what, 'it has an impossible name');
  const { cpu, os }: PlatformWords = node.package;
  const isForPlatform = [os ?? [], cpu ?? []].flat().length > 0;
  return { name: packageName, version, location, resolved, integrity, isForPlatform };
}

/** Over https, or from where the registry itself is. */
function isFetchable(address: string, registry: string | undefined): boolean {
  const url = URL.parse(address);
  const base = registry === undefined ? null : URL.parse(registry);
  return (
    url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && url.origin === base?.origin))
  );
}

interface NpmError extends Error {
  code?: string;
  statusCode?: number;
}

/** What the disk says is no fault of a package. */
export const isOfDisk = (code: string | undefined): boolean =>
  /^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|EMFILE|ENFILE|EIO)$/.test(code ?? '');

/** What npm's libraries throw, in our words. */
export function describe(error: unknown, what: string, { registry }: NpmWish): unknown {
  const { code = '', message, name, statusCode } = error as NpmError;
  if (name === 'AbortError' || name === 'AppError' || isOfDisk(code)) return error;
  if (code === 'E404' || code === 'ETARGET' || code === 'ENOVERSIONS') return notFound(what, error);
  if (code === 'EINTEGRITY' || /^(Z|TAR)_/.test(code)) return wrongContent(what, error);
  if (code.startsWith('EALLOW'))
    return unsupported(what, 'a package that it needs does not come from a registry', error);
  const isNetwork =
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|FETCH_ERROR|UNABLE_|CERT_|SELF_SIGNED)/.test(
      code,
    );
  if (isNetwork || (statusCode ?? 0) >= 500) return unreachable(hostOf(registry), error);
  return unsupported(what, message.split('\n', 1)[0] ?? code, error);
}

const hostOf = (registry: string | undefined): string => URL.parse(registry ?? '')?.host ?? 'npm';
