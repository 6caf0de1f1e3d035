/** Tools of the directory as people and programs see them. */
import { approvalState } from '#shared/features/registry/approval.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { stripHidden, warningsOf } from '#shared/features/registry/text.ts';
import { formatToolId } from '#shared/kernel/ids.ts';
import type { Decisions } from './decisions.ts';
import type { DirectoryTool } from './directory.ts';
import type { CatalogNames } from './names.ts';

export interface ViewDeps {
  decisions: Decisions;
  names: CatalogNames;
  /** Whether a call of this tool could be made now. */
  isReachable(tool: DirectoryTool): boolean;
}

export const stateOf = (entry: DirectoryTool, decisions: Decisions): ToolView['state'] =>
  approvalState(entry.listing.local, decisions.get(entry.key), entry.fingerprint);

export const fullIdOf = ({ fingerprint, listing, tool }: DirectoryTool): string =>
  formatToolId({
    provider: listing.provider,
    server: listing.server,
    tool: tool.name,
    version: listing.version,
    fingerprint,
  });

export function toolView(entry: DirectoryTool, deps: ViewDeps): ToolView {
  const { listing, tool } = entry;
  const { decisions, names } = deps;
  return {
    id: fullIdOf(entry),
    catalogName: names.given(entry.key),
    alias: names.aliasOf(entry.key),
    providerId: listing.provider,
    providerName: listing.providerName ? stripHidden(listing.providerName) : undefined,
    server: listing.server,
    name: stripHidden(tool.name),
    title: shown(tool.title),
    description: shown(tool.description),
    version: listing.version,
    fingerprint: entry.fingerprint,
    annotations: tool.annotations,
    tags: listing.tags,
    origin: listing.local ? 'local' : 'network',
    state: stateOf(entry, decisions),
    reachable: deps.isReachable(entry),
    nodes: entry.nodes,
    warnings: warningsOf(tool),
  };
}

const shown = (text: string | undefined) => (text === undefined ? undefined : stripHidden(text));
