/**
 * Which tools of many a person wants to see: a filter, an order, a window, and how many fit each choice that the filter
 * offers. Pure, and one pass over the tools, so that a keystroke costs milliseconds where there are 20,000.
 */
import { z } from 'zod';
import { claims, claimSchema, isClaimed } from './claims.ts';

export const approvalStates = ['local', 'pending', 'approved', 'changed', 'rejected'] as const;
/**
 * `local`: a server here. `pending`: from the network, not approved. `approved`: in the catalog. `changed`: approved or
 * pinned once, now different, out of the catalog until settled. `rejected`: hidden by the operator or by a rule of his.
 */
export const approvalStateSchema = z.enum(approvalStates);

export const scopes = ['all', 'catalog', 'local', 'network'] as const;
export type Scope = (typeof scopes)[number];

export const toolFilterSchema = z.object({
  scope: z.enum(scopes).default('all'),
  state: approvalStateSchema.optional(),
  provider: z.string().max(64).optional(),
  server: z.string().max(64).optional(),
  tag: z.string().max(40).optional(),
  claim: claimSchema.optional(),
  /** Only favourites. */
  favourite: z.boolean().optional(),
  /** Only those that a call can reach now. */
  reachable: z.boolean().optional(),
  /** What a person wrote to find tools; see `search.ts`. */
  text: z.string().max(200).default(''),
});
export type ToolFilter = z.output<typeof toolFilterSchema>;

export const toolSortSchema = z.enum(['tool', 'provider', 'state']);
export type ToolSort = z.output<typeof toolSortSchema>;

const counted = z.array(z.object({ value: z.string(), label: z.string().optional(), count: z.number() }));

/** How many tools there would be with each choice, all other parts of the filter as they are. */
export const toolCountsSchema = z.object({
  scope: z.record(z.enum(scopes), z.number()),
  state: z.record(approvalStateSchema, z.number()),
  claim: z.record(claimSchema, z.number()),
  favourite: z.number(),
  reachable: z.number(),
  /** Those with most tools first; {@link MAX_CHOICES} at most. */
  providers: counted,
  tags: counted,
});
export type ToolCounts = z.output<typeof toolCountsSchema>;

/** Providers and tags that are counted out; the others are found by their words. */
export const MAX_CHOICES = 100;

/** A tool as a filter sees it. */
export interface Filterable {
  providerId: string;
  providerName?: string | undefined;
  server: string;
  tags: readonly string[];
  annotations?: Record<string, unknown> | undefined;
  origin: 'local' | 'network';
  state: (typeof approvalStates)[number];
  favourite?: boolean | undefined;
  reachable: boolean;
  /** Everything that words are looked for in, in lower case. */
  haystack: string;
}

export const isInCatalog = (state: Filterable['state']): boolean => state === 'local' || state === 'approved';

const inScope = (tool: Filterable, scope: Scope): boolean =>
  scope === 'all' || (scope === 'catalog' ? isInCatalog(tool.state) : tool.origin === scope);

export const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

export const haystackOf = (parts: ReadonlyArray<string | undefined>): string =>
  parts.filter(Boolean).join('\n').toLowerCase();

/** Parts of a filter that have counts of their own; a tool that only one of them refuses counts among its choices. */
const parts = ['scope', 'state', 'provider', 'tag', 'claim', 'favourite', 'reachable'] as const;
type Part = (typeof parts)[number];

const accepts: Record<Part, (tool: Filterable, filter: ToolFilter) => boolean> = {
  scope: (tool, { scope }) => inScope(tool, scope),
  state: (tool, { state }) => state === undefined || tool.state === state,
  provider: (tool, { provider }) => provider === undefined || tool.providerId === provider,
  tag: (tool, { tag }) => tag === undefined || tool.tags.includes(tag),
  claim: (tool, { claim }) => claim === undefined || isClaimed(claim, tool.annotations),
  favourite: (tool, { favourite }) => !favourite || tool.favourite === true,
  reachable: (tool, { reachable }) => !reachable || tool.reachable,
};

/**
 * The tools that fit every part of the filter, in the order in which they came, and the counts of its choices.
 * @param fitsText whether a tool fits the text; without it every word must occur in what it is found by.
 */
export function filterTools<Tool extends Filterable>(
  tools: Iterable<Tool>,
  filter: ToolFilter,
  fitsText: (tool: Tool) => boolean = hasWordsOf(filter.text),
): { fitting: Tool[]; counts: ToolCounts } {
  const fitting: Tool[] = [];
  const tally = createTally();
  for (const tool of tools) {
    if (filter.server !== undefined && tool.server !== filter.server) continue;
    if (!fitsText(tool)) continue;
    const refusing = parts.filter((part) => !accepts[part](tool, filter));
    if (refusing.length > 1) continue;
    if (refusing.length === 0) fitting.push(tool);
    tally.count(tool, refusing[0]);
  }
  return { fitting, counts: tally.counts() };
}

function hasWordsOf(text: string): (tool: Filterable) => boolean {
  const words = wordsOf(text);
  return ({ haystack }) => words.every((word) => haystack.includes(word));
}

interface Choice {
  label?: string | undefined;
  count: number;
}

function createTally() {
  const zero = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  const scope = zero(scopes);
  const state = zero(approvalStates);
  const claim = zero(claims);
  const single = { favourite: 0, reachable: 0 };
  const providers = new Map<string, Choice>();
  const tags = new Map<string, Choice>();
  return {
    /** @param refused the only part of the filter that the tool does not fit; undefined where it fits all. */
    count(tool: Filterable, refused: Part | undefined): void {
      const counts = (part: Part) => refused === undefined || refused === part;
      if (counts('scope')) for (const one of scopes) if (inScope(tool, one)) scope[one]++;
      if (counts('state')) state[tool.state]++;
      if (counts('claim')) for (const one of claims) if (isClaimed(one, tool.annotations)) claim[one]++;
      if (counts('favourite') && tool.favourite) single.favourite++;
      if (counts('reachable') && tool.reachable) single.reachable++;
      if (counts('provider')) add(providers, tool.providerId, tool.providerName);
      if (counts('tag')) for (const tag of tool.tags) add(tags, tag);
    },
    counts: (): ToolCounts => ({
      scope,
      state,
      claim,
      ...single,
      providers: most(providers),
      tags: most(tags),
    }),
  };
}

function add(choices: Map<string, Choice>, value: string, label?: string): void {
  const choice = choices.get(value);
  if (choice) choice.count++;
  else choices.set(value, { label, count: 1 });
}

const most = (choices: Map<string, Choice>): ToolCounts['providers'] =>
  [...choices]
    .map(([value, { count, label }]) => ({ value, count, ...(label ? { label } : {}) }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_CHOICES);

/** What a person calls a tool. */
export const labelOf = (tool: {
  alias?: string | undefined;
  title?: string | undefined;
  name: string;
}): string => tool.alias || tool.title || tool.name;

export interface Sortable extends Filterable {
  /** `provider/server/tool`. */
  key: string;
  label: string;
}

const stateRank = { changed: 0, pending: 1, approved: 2, local: 3, rejected: 4 };
const collator = new Intl.Collator('und', { numeric: true });

const comparisons: Record<ToolSort, (a: Sortable, b: Sortable) => number> = {
  tool: (a, b) => collator.compare(a.label, b.label),
  provider: (a, b) =>
    collator.compare(a.providerName ?? a.providerId, b.providerName ?? b.providerId) ||
    collator.compare(a.server, b.server) ||
    collator.compare(a.label, b.label),
  state: (a, b) => stateRank[a.state] - stateRank[b.state] || collator.compare(a.label, b.label),
};

/** In the order asked for; equal ones by key, so that the order is one. */
export const sortTools = <Tool extends Sortable>(tools: readonly Tool[], sort: ToolSort): Tool[] =>
  tools.toSorted((a, b) => comparisons[sort](a, b) || (a.key < b.key ? -1 : 1));
