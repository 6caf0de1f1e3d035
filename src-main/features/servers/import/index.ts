/** Import of MCP servers from the configuration of AI clients and other MCP managers, and from `server.json`. */
import { homedir } from 'node:os';
import { AppError } from '#shared/kernel/errors.ts';
import type { Servers } from '../create-servers.ts';
import { type ImportCandidate, readCandidates } from './candidates.ts';
import { type ImportSource, readSource } from './sources.ts';

export { findSources, type ImportSource } from './sources.ts';

/** Values of secrets that a file does not hold: server name → name → value. */
export type GivenValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Throws `servers.import_unreadable`, `servers.import_malformed` or `servers.import_unknown`. */
export async function previewImport(
  servers: Servers,
  source: ImportSource,
): Promise<{ format: string; items: ImportCandidate[] }> {
  const { entries, format } = await readSource(source);
  const sources = { environment: process.env, home: homedir() };
  return { format, items: readCandidates(entries, servers.list(), sources) };
}

/** Adds what can be added; `names` limits it to those. */
export async function importServers(
  servers: Servers,
  source: ImportSource,
  names: readonly string[] | undefined,
  values: GivenValues = {},
): Promise<{ added: string[]; skipped: Array<{ name: string; reason: string }> }> {
  const { items } = await previewImport(servers, source);
  const added: string[] = [];
  const skipped: Array<{ name: string; reason: string }> = [];
  for (const item of items) {
    const { name } = item;
    if (names && !names.includes(name)) continue;
    const reason = await addOne(servers, item, Object.hasOwn(values, name) ? (values[name] ?? {}) : {});
    if (reason === undefined) added.push(name);
    else skipped.push({ name, reason });
  }
  return { added, skipped };
}

/** The reason why it was not added, if so. */
async function addOne(
  servers: Servers,
  { config, missing = [], problem }: ImportCandidate,
  given: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const answered = missing.length > 0 && missing.every((name) => Object.hasOwn(given, name));
  if (!config || (problem && !answered)) return problem ?? 'It cannot be taken over.';
  const { secretValues = {}, ...declared } = config;
  const asked = Object.fromEntries(missing.map((name) => [name, given[name] ?? '']));
  try {
    await servers.add(declared, { ...secretValues, ...asked });
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}
