/** Writes the first manifest.json of a package, with what its folder tells. What is there already stays. */
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import semver from 'semver';
import { MANIFEST_FILE, OURS } from '#shared/features/packages/manifest.ts';
import { packageNameSchema } from '#shared/features/packages/release.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { describeFileError } from '#main/platform/files.ts';

interface Found {
  type: 'node' | 'python';
  entryPoint: string;
  version: string;
  description: string;
  license: string;
  author: string;
}

/** Folders in which a program is looked for, and what it may be called there. */
const NODE_ENTRIES = ['server', 'dist', 'build', 'src', '.'].flatMap((folder) =>
  ['index.js', 'index.mjs', 'server.js', 'server.mjs', 'main.js', 'main.mjs'].map((name) =>
    folder === '.' ? name : `${folder}/${name}`,
  ),
);
const PYTHON_ENTRIES = ['server/main.py', 'src/main.py', 'main.py', 'server.py', '__main__.py'];

/** Throws `packages.manifest_exists`, `packages.no_entry_point`, `packages.bad_name` or `storage.unreadable`. */
export async function initPackage(
  folder: string,
  wanted: string | undefined,
): Promise<{ path: string; created: string[] }> {
  const root = resolve(folder);
  const isFolder = await stat(root).then(
    (about) => about.isDirectory(),
    (error: unknown) => {
      throw describeFileError(error, root);
    },
  );
  const path = join(root, MANIFEST_FILE);
  if (!isFolder) throw describeFileError(Object.assign(new Error('no folder'), { code: 'ENOTDIR' }), path);
  if (existsSync(path)) throw exists(path);
  const found = await lookAround(root);
  const name = nameOf(wanted ?? basename(root));
  const manifest = {
    manifest_version: '0.3',
    name,
    display_name: wanted ?? basename(root),
    version: found.version,
    description: found.description,
    author: { name: found.author },
    license: found.license,
    server: {
      type: found.type,
      entry_point: found.entryPoint,
      mcp_config: {
        command: found.type === 'node' ? 'node' : 'python3',
        // oxlint-disable-next-line no-template-curly-in-string -- a variable of the manifest, filled in at the start
        args: ['${__dirname}/' + found.entryPoint],
        env: {},
      },
    },
    tools_generated: true,
    _meta: { [OURS]: { permissions: { hosts: [], read: [], write: [] } } },
  };
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`, { flag: 'wx' });
  return { path, created: [MANIFEST_FILE] };
}

async function lookAround(root: string): Promise<Found> {
  const packageJson = await readJson(join(root, 'package.json'));
  const text = (value: unknown, otherwise: string) =>
    typeof value === 'string' && value !== '' ? value : otherwise;
  const entry = [text(packageJson['main'], ''), ...NODE_ENTRIES].find(
    (path) => path !== '' && existsSync(join(root, path)),
  );
  const python = PYTHON_ENTRIES.find((path) => existsSync(join(root, path)));
  const entryPoint = entry ?? python ?? (await onlyScript(root));
  return {
    type: entryPoint.endsWith('.py') ? 'python' : 'node',
    entryPoint: entryPoint.replace(/^\.\//, ''),
    version: semver.valid(text(packageJson['version'], '')) ?? '0.1.0',
    description: text(packageJson['description'], `Tools of ${basename(root)}`),
    license: text(packageJson['license'], 'UNLICENSED'),
    author: authorOf(packageJson['author']),
  };
}

/** A folder with one program in it leaves no doubt. */
async function onlyScript(root: string): Promise<string> {
  const scripts = (await readdir(root)).filter((name) => /\.(m?js|py)$/.test(name));
  const [only] = scripts;
  if (only !== undefined && scripts.length === 1) return only;
  throw new AppError(
    'packages.no_entry_point',
    'It is not clear which file of the folder starts the server.',
    {
      advice: 'Name it `server/index.js` or `server/main.py`, or set `main` in package.json.',
    },
  );
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const content = await readFile(path, 'utf8').catch(() => '{}'); // not every package has one
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return {}; // it is told what it lacks when it is checked
  }
}

function authorOf(author: unknown): string {
  if (typeof author === 'string' && author !== '') return author.replace(/\s*<.*$/, '');
  const name = (author as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : 'unknown';
}

function nameOf(text: string): string {
  const name = text
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 31);
  if (packageNameSchema.safeParse(name).success) return name;
  throw new AppError('packages.bad_name', 'The folder’s name gives no name for a package.', {
    advice: 'Name it with --name: lower-case letters, digits, - and _, at most 31.',
  });
}

const exists = (path: string): AppError =>
  new AppError('packages.manifest_exists', `${path} is there already.`, {
    advice: 'Change it by hand; `toolswarm packages check` says what is wrong.',
  });
