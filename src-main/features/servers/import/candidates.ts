/** Entries of a file as servers that could be added here, or the reason why not. */
import { basename } from 'node:path';
import type { z } from 'zod';
import { declaredServerSchema, type ServerConfig } from '#shared/features/servers/config.ts';
import type { importCandidateSchema } from '#shared/features/servers/contract.ts';
import { type DraftConfig, readClientEntry } from './client-entry.ts';
import type { RawEntry } from './formats.ts';
import { normalizeName, uniqueName } from './names.ts';
import { readDockerEntry } from './docker.ts';
import { createSecretFinds, type SecretFinds } from './secrets.ts';
import { readServerJson } from './server-json.ts';
import { Unresolvable, type VariableSources } from './variables.ts';

export type ImportCandidate = z.output<typeof importCandidateSchema>;

/** Servers in one file that are looked at. */
const MAX_ENTRIES = 256;

/** @param existing the servers that are here already. */
export function readCandidates(
  entries: readonly RawEntry[],
  existing: readonly ServerConfig[],
  sources: VariableSources,
): ImportCandidate[] {
  const taken = new Set(existing.map((config) => config.name));
  return entries.slice(0, MAX_ENTRIES).map((raw) => {
    const candidate = readCandidate(raw, existing, sources, (name) => taken.has(name));
    if (candidate.config) taken.add(candidate.name);
    return candidate;
  });
}

function readCandidate(
  raw: RawEntry,
  existing: readonly ServerConfig[],
  sources: VariableSources,
  taken: (name: string) => boolean,
): ImportCandidate {
  const finds = createSecretFinds();
  try {
    const draft = readDraft(raw, sources, finds);
    if (isOurselves(raw.name, draft)) throw new Unresolvable('This is Toolswarm itself.');
    const same = existing.find((config) => sameTransport(config, draft));
    if (same) throw new Unresolvable(`It is here already, as ${same.name}.`);
    const name = uniqueName(normalizeName(raw.name), taken);
    const parsed = declaredServerSchema.safeParse({ ...draft, name, secrets: [...finds.names] });
    if (!parsed.success)
      throw new Unresolvable(`It is not valid: ${parsed.error.issues[0]?.message ?? 'unknown reason'}.`);
    const missing = [...finds.names].filter((secret) => finds.values[secret] === undefined);
    return {
      name,
      config: { ...parsed.data, secretValues: finds.values },
      ...(missing.length > 0 ? { missing, problem: `It needs a value for ${missing.join(', ')}.` } : {}),
    };
  } catch (error) {
    if (!(error instanceof Unresolvable)) throw error;
    return { name: raw.name, problem: error.message };
  }
}

function readDraft(raw: RawEntry, sources: VariableSources, finds: SecretFinds): DraftConfig {
  switch (raw.kind) {
    case 'registry':
      return readServerJson(raw.entry, finds);
    case 'docker':
      return readDockerEntry(raw.name, raw.entry, finds);
    case 'client':
      return readClientEntry(raw.entry, sources, finds);
    case 'unsupported':
      throw new Unresolvable(String(raw.entry['reason']));
  }
}

/** The entry that connects an AI client to this very program. */
function isOurselves(name: string, { transport }: DraftConfig): boolean {
  const named = name.toLowerCase() === 'toolswarm';
  if (transport.type === 'http') {
    const [, port] = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)\/mcp/.exec(transport.url) ?? [];
    return port !== undefined && (named || port === '7420');
  }
  const words = [transport.command, ...(transport.args ?? [])].map((word) =>
    basename(word).replace(/\.(?:mjs|cmd|exe)$/, ''),
  );
  return words.includes('toolswarm') && (named || words.includes('mcp'));
}

function sameTransport(config: ServerConfig, draft: DraftConfig): boolean {
  if (config.transport.type === 'http')
    return draft.transport.type === 'http' && draft.transport.url === config.transport.url;
  return (
    config.transport.type === 'stdio' &&
    draft.transport.type === 'stdio' &&
    draft.transport.command === config.transport.command &&
    JSON.stringify(draft.transport.args ?? []) === JSON.stringify(config.transport.args)
  );
}
