/** Tools of the directory as people and programs see them. */
import type { ToolView } from '#shared/features/registry/contract.ts';
import { stripHidden, warningsOf } from '#shared/features/registry/text.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { formatToolId } from '#shared/kernel/ids.ts';
import { type DirectoryTool, noteOn, sealOf, tagsOf } from './directory.ts';
import type { CatalogNames } from './names.ts';
import type { ShelvedTool } from './shelf.ts';

/** Characters of a description where many tools are listed. */
const LISTED_DESCRIPTION = 200;

export const fullIdOf = ({ fingerprint, listing, tool }: DirectoryTool): string =>
  formatToolId({
    provider: listing.provider,
    server: listing.server,
    tool: tool.name,
    version: listing.version,
    fingerprint,
  });

interface Words {
  name: string;
  title: string | undefined;
  description: string | undefined;
  warnings: string[];
}

/** Reading a tool's text for what hides in it costs more than everything else about it; each is read once. */
const read = new WeakMap<Tool, Words>();

function readWords(tool: Tool): Words {
  const known = read.get(tool);
  if (known) return known;
  const words = {
    name: stripHidden(tool.name),
    title: shown(tool.title),
    description: shown(tool.description),
    warnings: warningsOf(tool),
  };
  read.set(tool, words);
  return words;
}

const shown = (text: string | undefined) => (text === undefined ? undefined : stripHidden(text));

/** What a tool is called and found by, safe to show. */
export function wordsFor(tool: Tool, providerName: string) {
  const { description, name, title, warnings } = readWords(tool);
  return {
    name,
    title,
    warnings,
    text: [name, title, description].filter(Boolean).join('\n'),
    providerName: providerName ? stripHidden(providerName) : undefined,
  };
}

export function toolView(shelved: ShelvedTool, names: CatalogNames): ToolView {
  const { entry, key, newest, pin, rule } = shelved;
  const { listing, tool } = entry;
  const { warnings, ...words } = readWords(tool);
  return {
    id: fullIdOf(entry),
    catalogName: names.given(key),
    alias: names.aliasOf(key),
    providerId: listing.provider,
    providerName: shelved.providerName,
    server: listing.server,
    ...words,
    version: listing.version,
    fingerprint: entry.fingerprint,
    annotations: tool.annotations,
    tags: tagsOf(listing, tool.name),
    note: shown(noteOn(listing.notes, tool.name)?.note),
    category: shown(listing.notes?.category),
    seal: sealOf(listing.notes, tool.name),
    ...(listing.via ? { via: [...listing.via] } : {}),
    depth: listing.local ? undefined : listing.notes?.depth,
    ask: !listing.local && listing.notes?.ask === true ? true : undefined,
    origin: shelved.origin,
    state: shelved.state,
    reachable: shelved.reachable,
    nodes: entry.nodes,
    warnings: [...warnings, ...shelved.conflicts],
    ...(rule === undefined ? {} : { rule }),
    ...(shelved.favourite ? { favourite: true } : {}),
    ...(pin ? { pin } : {}),
    ...(newest === undefined ? {} : { newest }),
  };
}

/** For long lists: a description as long as anybody reads there. */
export const rowView = (view: ToolView): ToolView =>
  (view.description?.length ?? 0) > LISTED_DESCRIPTION
    ? { ...view, description: `${view.description?.slice(0, LISTED_DESCRIPTION).toWellFormed()}…` }
    : view;
