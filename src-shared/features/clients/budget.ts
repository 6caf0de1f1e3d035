/**
 * Whether an AI client gets the tools of its profile listed, or a few tools with which it finds them. Pure.
 *
 * What a model reads of a tool is the tool's JSON. Counting its tokens exactly would take the tables of one vendor's
 * tokenizer (megabytes) and be wrong for the next model; four bytes of UTF-8 a token is above the true count for the
 * lists of real servers (4.5 to 4.6 bytes a token in English, 4.4 to 6.7 in Chinese, Arabic and Russian).
 */

/** What a client gets: every tool, or the tools for finding them beside those that are always listed. */
export const CATALOG_MODES = ['full', 'search'] as const;
export type CatalogMode = (typeof CATALOG_MODES)[number];

/** `auto`: by the budget. `full`: always every tool. `search`: always the tools for finding tools. */
export const CATALOG_CHOICES = ['auto', ...CATALOG_MODES] as const;
export type CatalogChoice = (typeof CATALOG_CHOICES)[number];

/**
 * Tokens of tools that a client reads before its first question. Models choose worse among more than 30 to 50 tools,
 * and 50 ordinary tools are 10,000 to 20,000 tokens.
 */
export const DEFAULT_BUDGET = 15_000;
export const MIN_BUDGET = 1_000;
export const MAX_BUDGET = 1_000_000;

/** Once searched, a catalog is listed again when it needs at most this part of its budget: one tool more or less flips nothing. */
const LISTED_AGAIN_AT = 0.8;

/** UTF-8 bytes of JSON that count as one token. */
const BYTES_PER_TOKEN = 4;

/** @param bytes of the JSON that is sent. */
export const estimateTokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

export interface BudgetFacts {
  choice?: CatalogChoice | undefined;
  /** Tokens; absent: {@link DEFAULT_BUDGET}. */
  budget?: number | undefined;
  /** What listing every tool would cost. */
  tokens: number;
  /** What the client gets so far, where it was decided under the same budget. */
  before?: CatalogMode | undefined;
}

export function catalogModeOf({ before, budget, choice = 'auto', tokens }: BudgetFacts): CatalogMode {
  if (choice !== 'auto') return choice;
  const limit = budget ?? DEFAULT_BUDGET;
  return tokens > (before === 'search' ? limit * LISTED_AGAIN_AT : limit) ? 'search' : 'full';
}

/** The tools that a client of a searched catalog is given; no other tool gets one of these names. */
export const META_TOOLS = ['find_tools', 'describe_tool', 'call_tool'] as const;
export type MetaToolName = (typeof META_TOOLS)[number];

export const isMetaTool = (name: string): name is MetaToolName =>
  (META_TOOLS as readonly string[]).includes(name);
