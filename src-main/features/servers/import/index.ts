/** Import of MCP servers from the configuration files of AI clients and from `server.json`. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { AppError } from '#shared/kernel/errors.ts';
import type { Servers } from '../create-servers.ts';
import { type ImportCandidate, readCandidates } from './candidates.ts';
import { parseConfigFile } from './formats.ts';

export interface ImportSource {
  /** A file to read; or `text`, its content. */
  path?: string | undefined;
  text?: string | undefined;
  /** The format, where it is known; else it is told by its shape. */
  format?: string | undefined;
}

/** Longer files are not configuration. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Throws `servers.import_unreadable`, `servers.import_malformed` or `servers.import_unknown`. */
export async function previewImport(
  servers: Servers,
  source: ImportSource,
): Promise<{ format: string; items: ImportCandidate[] }> {
  const text = source.text ?? (await readSource(source.path));
  const { format, entries } = parseConfigFile(text, source.path, source.format);
  const sources = { environment: process.env, home: homedir() };
  return { format, items: readCandidates(entries, servers.list(), sources) };
}

/** Adds what can be added; `names` limits it to those. */
export async function importServers(
  servers: Servers,
  source: ImportSource,
  names: readonly string[] | undefined,
): Promise<{ added: string[]; skipped: Array<{ name: string; reason: string }> }> {
  const { items } = await previewImport(servers, source);
  const added: string[] = [];
  const skipped: Array<{ name: string; reason: string }> = [];
  for (const { name, config, problem } of items) {
    if (names && !names.includes(name)) continue;
    if (problem || !config) {
      skipped.push({ name, reason: problem ?? 'It cannot be taken over.' });
      continue;
    }
    try {
      const { secretValues, ...declared } = config;
      await servers.add(declared, secretValues ?? {});
      added.push(name);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      skipped.push({ name, reason: error.message });
    }
  }
  return { added, skipped };
}

async function readSource(path: string | undefined): Promise<string> {
  if (path === undefined)
    throw new AppError('servers.import_unreadable', 'Nothing was given to import.', {
      advice: 'Give a path or the text of a file.',
    });
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('servers.import_unreadable', `${path} cannot be read: ${(error as Error).message}.`, {
      advice: 'Check the path.',
      cause: error,
    });
  }
}
