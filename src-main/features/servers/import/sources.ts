/** Where configuration is read from: a text, a file, or the folder of Docker's toolkit with its several files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { AppError } from '#shared/kernel/errors.ts';
import { joinDockerFiles } from './docker.ts';
import { type ParsedFile, parseConfigFile } from './formats.ts';
import { isPlain, type Plain } from './plain.ts';

export interface ImportSource {
  /** A file to read, or Docker's folder `.docker/mcp`; or `text`, the content of a file. */
  path?: string | undefined;
  text?: string | undefined;
  /** The format, where it is known; else it is told by its shape. */
  format?: string | undefined;
}

export interface FoundSource {
  manager: 'docker-mcp' | 'mcp-hub';
  path: string;
}

/** Longer files are not configuration; Docker's own catalog has two megabytes. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Catalogs in Docker's folder that are read. */
const MAX_CATALOGS = 16;

/** Throws `servers.import_unreadable`, `servers.import_malformed` or `servers.import_unknown`. */
export async function readSource({ format, path, text }: ImportSource): Promise<ParsedFile> {
  if (text !== undefined) return parseConfigFile(text, path, format);
  if (path === undefined)
    throw unreadable('Nothing was given to import', 'Give a path or the text of a file.');
  const docker = await dockerFolder(path);
  if (docker !== undefined) return { format: 'docker-mcp', entries: await readDockerFolder(docker) };
  return parseConfigFile(await readText(path), path, format);
}

/** Other managers' files that lie where they usually do. */
export async function findSources(home: string): Promise<FoundSource[]> {
  const usual: FoundSource[] = [
    { manager: 'docker-mcp', path: join(home, '.docker', 'mcp') },
    { manager: 'mcp-hub', path: join(home, '.config', 'mcphub', 'servers.json') },
  ];
  const there = await Promise.all(
    usual.map(({ manager, path }) => exists(manager === 'docker-mcp' ? join(path, 'registry.yaml') : path)),
  );
  return usual.filter((_, index) => there[index]);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** The folder that a path into Docker's toolkit means; undefined for any other. */
async function dockerFolder(path: string): Promise<string | undefined> {
  const folder = /^(?:registry|config)\.ya?ml$/.test(basename(path)) ? dirname(path) : path;
  return (await exists(join(folder, 'registry.yaml'))) ? folder : undefined;
}

async function readDockerFolder(folder: string) {
  const names = await namesIn(join(folder, 'catalogs'));
  const files = names.filter((name) => /\.ya?ml$/.test(name)).slice(0, MAX_CATALOGS);
  const catalogs = await Promise.all(files.map((name) => readYaml(join(folder, 'catalogs', name))));
  const config = join(folder, 'config.yaml');
  return joinDockerFiles({
    catalogs: catalogs.filter((catalog) => catalog !== undefined),
    registry: await readYaml(join(folder, 'registry.yaml')),
    config: (await exists(config)) ? await readYaml(config) : undefined,
  });
}

/** No folder means no catalogs of his own; one that cannot be read must not look like that. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(`${folder} cannot be read: ${(cause as Error).message}`, 'Check the folder.', cause);
  }
}

async function readYaml(path: string): Promise<Plain | undefined> {
  const text = await readText(path);
  try {
    const document: unknown = parseYaml(text);
    return isPlain(document) ? document : undefined;
  } catch (cause) {
    throw new AppError('servers.import_malformed', `${path} is not YAML.`, {
      advice: 'Check the file in an editor.',
      cause,
    });
  }
}

async function readText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Error('it is a folder');
    if (found.size > MAX_FILE_BYTES) throw new Error(`it has ${found.size} bytes`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(`${path} cannot be read: ${(cause as Error).message}`, 'Check the path.', cause);
  }
}

const unreadable = (what: string, advice: string, cause?: unknown): AppError =>
  new AppError('servers.import_unreadable', `${what}.`, { advice, cause });
