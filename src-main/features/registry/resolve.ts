/** Finds the one tool that a person or client means: full id, short form, catalog name or alias. */
import { AppError } from '#shared/kernel/errors.ts';
import { parseToolId, type ProviderId } from '#shared/kernel/ids.ts';
import { toolKey } from './directory.ts';
import type { CatalogNames } from './names.ts';
import { isUsed, type Shelf, type ShelvedTool } from './shelf.ts';

interface ResolveDeps {
  shelf: Pick<Shelf, 'get' | 'all'>;
  names: CatalogNames;
  self: ProviderId;
}

/** Throws `registry.unknown_tool`, `registry.changed_meanwhile` (a fingerprint that is no longer current) or `registry.ambiguous`. */
export function findTool(text: string, deps: ResolveDeps): ShelvedTool {
  return byFullId(text, deps) ?? byName(text, deps) ?? byShortForm(text, deps) ?? unknown(text);
}

function byFullId(text: string, { shelf }: ResolveDeps): ShelvedTool | undefined {
  const id = parseToolId(text);
  const found = id && shelf.get(toolKey(id.provider, id.server, id.tool));
  if (found && id.fingerprint && id.fingerprint !== found.entry.fingerprint)
    throw new AppError(
      'registry.changed_meanwhile',
      'The tool changed: its description or schema is another now.',
      {
        advice: 'Look at it with `toolswarm tools show` and approve it again.',
      },
    );
  return found;
}

function byName(text: string, { names, shelf }: ResolveDeps): ShelvedTool | undefined {
  const key = names.toolNamed(text);
  return key === undefined ? undefined : shelf.get(key);
}

/** `provider/tool`, `server/tool` of this node, or a bare tool name; whichever is unique, in the catalog before elsewhere. */
function byShortForm(text: string, deps: ResolveDeps): ShelvedTool | undefined {
  const { self, shelf } = deps;
  const slash = text.indexOf('/');
  const owner = slash < 0 ? undefined : text.slice(0, slash);
  const name = text.slice(slash + 1);
  const all = shelf.all().filter(({ entry: { listing, tool } }) => {
    if (tool.name !== name) return false;
    return (
      owner === undefined ||
      listing.provider === owner ||
      (listing.provider === self && listing.server === owner)
    );
  });
  // What strangers call their tools must not make the names of those in use ambiguous.
  const inCatalog = all.filter(isUsed);
  const found = inCatalog.length > 0 ? inCatalog : all;
  if (found.length > 1)
    throw new AppError('registry.ambiguous', `${found.length} tools are called “${text.slice(0, 80)}”.`, {
      advice: 'Give the full id; `toolswarm tools list` shows it.',
      details: { candidates: found.slice(0, 10).map(({ key }) => key) },
    });
  return found[0];
}

function unknown(text: string): never {
  throw new AppError('registry.unknown_tool', `No tool is known as “${text.slice(0, 120)}”.`, {
    advice: 'Look at `toolswarm tools list --network`, or search with `toolswarm tools search`.',
  });
}
