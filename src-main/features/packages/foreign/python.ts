/**
 * A package of a Python index, with everything it needs, as the content of a bundle. `uv` works out what is needed and fetches
 * it by hash: wheels alone, since building anything else runs what its author wrote.
 */
import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import { PLATFORMS } from '#shared/features/packages/release.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import {
  noProgram,
  notFound,
  runtimeMissing,
  tooLarge,
  unreachable,
  unsupported,
  wrongContent,
} from './faults.ts';
import { findOnPath, findPython } from '../install/runtime.ts';
import { LIMITS } from './limits.ts';
import { foreignManifest } from './manifest.ts';
import type { ForeignDeps, LockedPart, OnProgress, Provenance, Unpacked } from './types.ts';

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;
/** PEP 440, as far as it is a single version. */
const VERSION = /^[0-9][0-9A-Za-z.!+-]{0,63}$/;
/** Folder of the bundle in which the packages lie, and the file that starts the one of them. */
const LIBRARY = 'lib';
const STARTER = 'main.py';
/** Characters of what uv says that are kept. */
const MAX_SAID = 8_192;

export async function unpackPython(
  deps: ForeignDeps,
  described: DescribedPackage,
  work: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Unpacked> {
  const { identifier, registryBaseUrl, version = '' } = described;
  const what = `${identifier} ${version}`;
  if (!NAME.test(identifier)) throw unsupported(identifier, 'it is no name of a Python package');
  if (!VERSION.test(version)) throw unsupported(what, 'it is no exact version');
  const uv = findUv(deps.path ?? '');
  const python = findPython(deps.path ?? '');
  const [root, lock] = [join(work, 'tree'), join(work, 'lock.txt')];
  await mkdir(root, { recursive: true });
  await writeFile(join(work, 'wish.txt'), `${identifier}==${version}\n`);
  const index = registryBaseUrl ? `${registryBaseUrl.replace(/\/$/, '')}/simple` : deps.pythonIndex;
  const common = ['--python', python, ...(index ? ['--default-index', index] : [])];
  const run = (args: string[]) => runUv(uv, ['pip', ...args, ...common], { deps, work, what, signal });
  onProgress({ done: 0, total: 2, unit: 'items' });
  await run([
    'compile',
    'wish.txt',
    '--output-file',
    lock,
    '--generate-hashes',
    '--no-annotate',
    '--no-header',
  ]);
  onProgress({ done: 1, total: 2, unit: 'items' });
  const into = ['--target', join(root, LIBRARY)];
  await run(['install', '--requirements', lock, '--require-hashes', '--no-deps', ...into]);
  onProgress({ done: 2, total: 2, unit: 'items' });
  const parts = readLock(await readFile(lock, 'utf8'));
  const isNative = await cleanse(join(root, LIBRARY), what);
  const provenance = provenanceOf(described, parts, version);
  return { root, manifest: await manifestFor(described, root, isNative, provenance), provenance };
}

function findUv(path: string): string {
  const found = findOnPath([process.platform === 'win32' ? 'uv.exe' : 'uv'], path);
  if (found) return found;
  throw runtimeMissing('uv', 'Install uv, the Python package manager, then try again.');
}

interface Running {
  deps: ForeignDeps;
  work: string;
  what: string;
  signal: AbortSignal;
}

/** In an environment of its own: settings of this machine’s owner are not for packages of strangers. */
async function runUv(uv: string, args: string[], { deps, signal, what, work }: Running): Promise<void> {
  const late = new AbortController();
  const timer = deps.clock.after(LIMITS.toolMs, () => late.abort());
  const fixed = ['--no-build', '--no-config', '--no-progress', '--color', 'never', '--no-python-downloads'];
  const child = spawn(uv, [...args, ...fixed], {
    cwd: work,
    env: {
      PATH: deps.path,
      HOME: work,
      UV_CACHE_DIR: join(work, 'cache'),
      UV_LINK_MODE: 'copy',
      ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {}),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, late.signal]),
    windowsHide: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve() : reject(faultOf(said, what))));
    });
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? unreachable('the Python index', error) : error;
  } finally {
    timer.cancel();
  }
}

/** uv has no codes: its words are all there is. */
function faultOf(said: string, what: string): AppError {
  const cause = new Error(said);
  if (/hash mismatch/i.test(said)) return wrongContent(what, cause);
  if (/no interpreter|No Python|python .*not found/i.test(said))
    return runtimeMissing('Python', 'Install Python 3.10 or newer, then try again.');
  if (/was not found in the package registry|no version of|there is no version/i.test(said))
    return notFound(what, cause);
  if (/no usable wheels|no wheels|building .* is disabled|only-binary|no-build/i.test(said))
    return unsupported(what, 'parts of it would have to be built on this machine', cause);
  if (/error sending request|dns error|connect|timed out|Failed to fetch/i.test(said))
    return unreachable('the Python index', cause);
  return unsupported(what, said.trim().split('\n').at(-1)?.slice(0, 200) ?? 'uv gave up', cause);
}

/** `name==1.0 \` and `--hash=sha256:…` lines, as uv writes them. */
export function readLock(text: string): LockedPart[] {
  const parts: LockedPart[] = [];
  for (const line of text.split('\n')) {
    const [, name, version] = /^([A-Za-z0-9._-]+)==([^\s;\\]+)/.exec(line) ?? [];
    if (name !== undefined && version !== undefined) parts.push({ name, version, integrity: '' });
    const last = parts.at(-1);
    for (const [, hash = ''] of line.matchAll(/--hash=(sha256:[0-9a-f]{64})/g))
      if (last) last.integrity = last.integrity === '' ? hash : `${last.integrity} ${hash}`;
  }
  return parts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function provenanceOf({ identifier }: DescribedPackage, parts: LockedPart[], version: string): Provenance {
  const own = parts.find(({ name }) => normalized(name) === normalized(identifier));
  if (!own || parts.some(({ integrity }) => integrity === '')) throw wrongContent(identifier);
  return { registryType: 'pypi', identifier, version, integrity: own.integrity, parts };
}

const normalized = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/** Takes out what no bundle holds, and says whether some of it runs on this platform alone. */
async function cleanse(library: string, what: string): Promise<boolean> {
  let [bytes, files] = [0, 0];
  let isNative = false;
  const visit = async (folder: string): Promise<void> => {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const about = await lstat(path);
      if (about.isDirectory() && name !== '__pycache__') await visit(path);
      else if (!about.isFile() || name === '.lock') await rm(path, { recursive: true });
      else {
        [bytes, files] = [bytes + about.size, files + 1];
        isNative ||= /\.(so|pyd|dylib)(\.|$)/.test(name);
      }
      if (files > LIMITS.treeFiles) throw tooLarge(what, `${LIMITS.treeFiles} files`);
      if (bytes > LIMITS.treeBytes) throw tooLarge(what, `${LIMITS.treeBytes} bytes`);
    }
  };
  await visit(library);
  return isNative;
}

async function manifestFor(
  described: DescribedPackage,
  root: string,
  isNative: boolean,
  provenance: Provenance,
) {
  const library = join(root, LIBRARY);
  const { identifier } = described;
  const metadata = await findMetadata(library, identifier);
  const { attribute, module } = findProgram(await readShort(join(metadata, 'entry_points.txt')), identifier);
  await writeFile(join(root, STARTER), starter(module, attribute));
  const about = readHeaders(await readShort(join(metadata, 'METADATA')));
  const platform = PLATFORMS.find((one) => one === process.platform);
  return foreignManifest(
    described,
    {
      type: 'python',
      entryPoint: STARTER,
      env: { PYTHONPATH: `\${__dirname}/${LIBRARY}`, PYTHONDONTWRITEBYTECODE: '1' },
      description: about.get('summary'),
      author: about.get('author') ?? about.get('author-email'),
      license: about.get('license-expression'),
      // As npm writes ranges; what has no such form is left to Python to refuse.
      requires: about.get('requires-python')?.replaceAll(',', ' '),
      platform: isNative ? platform : undefined,
    },
    provenance,
  );
}

/** Folder in which a package says what it is. */
async function findMetadata(library: string, identifier: string): Promise<string> {
  const ending = '.dist-info';
  const found = (await readdir(library)).find(
    (name) =>
      name.endsWith(ending) &&
      normalized(name.slice(0, -ending.length).replace(/-[^-]+$/, '')) === normalized(identifier),
  );
  if (!found) throw noProgram(identifier);
  return join(library, found);
}

async function readShort(file: string): Promise<string> {
  const { size } = await lstat(file).catch(() => ({ size: 0 }));
  return size > LIMITS.descriptionBytes ? '' : size === 0 ? '' : readFile(file, 'utf8');
}

/** The script that is called as the package is, else the only one. */
export function findProgram(entryPoints: string, identifier: string): { module: string; attribute: string } {
  const [, section = ''] = /^\[console_scripts\][^\n]*\n([^[]*)/m.exec(entryPoints) ?? [];
  const scripts = section.split('\n').flatMap((line) => {
    const [, name, module, attribute] =
      /^([^=\s]+)\s*=\s*([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)/.exec(line.trim()) ?? [];
    return name && module && attribute ? [{ name, module, attribute }] : [];
  });
  const found =
    scripts.find(({ name }) => normalized(name) === normalized(identifier)) ??
    (scripts.length === 1 ? scripts[0] : undefined);
  if (!found) throw noProgram(identifier);
  return found;
}

/** Names were checked: nothing in them can be anything else than a name. */
const starter = (module: string, attribute: string): string =>
  `import importlib
import operator
import sys

main = operator.attrgetter("${attribute}")(importlib.import_module("${module}"))
sys.exit(main())
`;

/** Headers as in mail; the first of each name. */
function readHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\n\n', 1)[0]?.split('\n') ?? []) {
    const [, name = '', value = ''] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? [];
    if (name !== '' && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value);
  }
  return headers;
}
