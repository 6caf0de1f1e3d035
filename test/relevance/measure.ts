/** How well searching answers the queries, beside plain looking for parts of texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { createSearchEngine, type SearchEngine } from '#main/features/registry/search/engine.ts';
import { docOf } from '#main/features/registry/search/fields.ts';
import { parseQuery } from '#shared/features/registry/search.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { queries, type RelevanceQuery } from './queries.ts';

export interface ListedTool {
  /** `server/tool`. */
  id: string;
  server: string;
  tool: Tool;
}

interface ToolList {
  server: string;
  tools: Tool[];
}

export function listedTools(): ListedTool[] {
  const folder = new URL('tools/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ToolList)
    .flatMap(({ server, tools }) => tools.map((tool) => ({ id: `${server}/${tool.name}`, server, tool })));
}

export type Search = (text: string) => string[];

/** The product's search over the listed tools, without thread and node around it. */
export function searchOf(tools: readonly ListedTool[], engine: SearchEngine): Search {
  engine.put(tools.map(({ server, tool }, slot) => docOf(slot, tool, { server, tags: [] })));
  return (text) => {
    const { excluded, isOpen, phrases, words } = parseQuery(text);
    const request = { words, isOpen, must: phrases, excluded: excluded.words, limit: 10, complete: false };
    return [...engine.find(request).best].map((slot) => tools[slot]?.id ?? '');
  };
}

/** Every word must stand somewhere in names and descriptions; names before descriptions. */
export function substringSearch(tools: readonly ListedTool[]): Search {
  const texts = tools.map(({ id, server, tool }) => ({
    id,
    name: `${server} ${tool.name} ${tool.title ?? ''}`.toLowerCase(),
    description: (tool.description ?? '').toLowerCase(),
  }));
  return (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return texts
      .map((one) => ({ id: one.id, score: scoreOf(one, words) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ id }) => id);
  };
}

function scoreOf({ description, name }: { description: string; name: string }, words: string[]): number {
  let score = 0;
  for (const word of words) {
    const found = (name.includes(word) ? 3 : 0) + (description.includes(word) ? 1 : 0);
    if (found === 0) return 0;
    score += found;
  }
  return score;
}

export interface Recall {
  /** Of what was expected, the part that stands among the first ten; averaged over the queries. */
  recall: number;
  /** Queries of which something is missing, with what stands there instead. */
  missed: Array<{ text: string; missing: string[]; found: string[] }>;
}

export function recallOf(search: Search, asked: readonly RelevanceQuery[]): Recall {
  const missed: Recall['missed'] = [];
  let sum = 0;
  for (const { expected, text } of asked) {
    const found = search(text);
    const missing = expected.filter((id) => !found.includes(id));
    sum += 1 - missing.length / expected.length;
    if (missing.length > 0) missed.push({ text, missing, found });
  }
  return { recall: sum / asked.length, missed };
}

export const tuned = queries.filter((_, place) => place % 2 === 0);
export const heldOut = queries.filter((_, place) => place % 2 === 1);

export function withEngine<Result>(run: (engine: SearchEngine) => Result): Result {
  const engine = createSearchEngine();
  try {
    return run(engine);
  } finally {
    engine.close();
  }
}
