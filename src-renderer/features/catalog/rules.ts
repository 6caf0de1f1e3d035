import type { ToolView } from '#shared/features/registry/contract.ts';

export const scopes = ['all', 'catalog', 'local', 'network'] as const;
export type Scope = (typeof scopes)[number];

export const states = ['any', 'local', 'pending', 'approved', 'changed', 'rejected'] as const;
export type StateFilter = (typeof states)[number];

export interface Filter {
  scope: Scope;
  state: StateFilter;
  search: string;
}

const inScope: Record<Scope, (tool: ToolView) => boolean> = {
  catalog: (tool) => tool.state === 'local' || tool.state === 'approved',
  local: (tool) => tool.origin === 'local',
  network: (tool) => tool.origin === 'network',
  all: () => true,
};

const words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

const haystack = (tool: ToolView): string =>
  [
    tool.name,
    tool.title,
    tool.description,
    tool.catalogName,
    tool.alias,
    tool.server,
    tool.providerName,
    ...tool.tags,
  ]
    .join(' ')
    .toLowerCase();

/** The tools that fit every part of the filter; every word of the search must be somewhere. */
export function filterTools(tools: readonly ToolView[], { scope, state, search }: Filter): ToolView[] {
  const wanted = words(search);
  return tools.filter(
    (tool) =>
      inScope[scope](tool) &&
      (state === 'any' || tool.state === state) &&
      wanted.every((word) => haystack(tool).includes(word)),
  );
}

export const countByScope = (tools: readonly ToolView[]): Record<Scope, number> => ({
  catalog: tools.filter(inScope.catalog).length,
  local: tools.filter(inScope.local).length,
  network: tools.filter(inScope.network).length,
  all: tools.length,
});

export type SortKey = 'tool' | 'provider' | 'state';
const stateRank: Record<ToolView['state'], number> = {
  changed: 0,
  pending: 1,
  approved: 2,
  local: 3,
  rejected: 4,
};

const comparisons: Record<SortKey, (a: ToolView, b: ToolView) => number> = {
  tool: (a, b) => labelOf(a).localeCompare(labelOf(b)),
  provider: (a, b) => (a.providerName ?? a.providerId).localeCompare(b.providerName ?? b.providerId),
  state: (a, b) => stateRank[a.state] - stateRank[b.state],
};

export function sortTools(tools: readonly ToolView[], key: SortKey, descending: boolean): ToolView[] {
  const compare = comparisons[key];
  const sign = descending ? -1 : 1;
  return tools.toSorted((a, b) => sign * compare(a, b) || a.id.localeCompare(b.id));
}

/** What a person calls the tool. */
export const labelOf = (tool: Pick<ToolView, 'alias' | 'title' | 'name'>): string =>
  tool.alias || tool.title || tool.name;

export type AnnotationWord =
  | 'readOnly'
  | 'destructive'
  | 'additive'
  | 'idempotent'
  | 'openWorld'
  | 'closedWorld'
  | 'unknown';

/**
 * A tool's annotations as things to say about it, by MCP's rules: `destructiveHint` and `idempotentHint` mean something
 * only for a tool that is not read-only. They are its provider's claims.
 */
export function annotationWords(annotations: Record<string, unknown> | undefined): AnnotationWord[] {
  const hint = (name: string) => annotations?.[name];
  const found: AnnotationWord[] = [];
  if (hint('readOnlyHint') === true) found.push('readOnly');
  else {
    if (hint('destructiveHint') === true) found.push('destructive');
    if (hint('destructiveHint') === false) found.push('additive');
    if (hint('idempotentHint') === true) found.push('idempotent');
  }
  if (hint('openWorldHint') === true) found.push('openWorld');
  if (hint('openWorldHint') === false) found.push('closedWorld');
  return found.length > 0 ? found : ['unknown'];
}
