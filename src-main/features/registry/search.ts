/** Finding tools by words. */
import { noteOn, tagsOf } from './directory.ts';
import type { ShelvedTool } from './shelf.ts';

/** Every word must occur; names count more than descriptions. */
export function searchTools(tools: readonly ShelvedTool[], text: string): ShelvedTool[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = tools.map((entry) => ({ entry, score: scoreOf(entry, words) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.entry.key < b.entry.key ? -1 : 1))
    .map(({ entry }) => entry);
}

function scoreOf({ entry: { listing, tool } }: ShelvedTool, words: string[]): number {
  const name =
    `${listing.server} ${tool.name} ${tool.title ?? ''} ${tagsOf(listing, tool.name).join(' ')}`.toLowerCase();
  const { note } = noteOn(listing.notes, tool.name) ?? {};
  const description =
    `${tool.description ?? ''} ${note ?? ''} ${listing.notes?.category ?? ''}`.toLowerCase();
  let score = 0;
  for (const word of words) {
    const found = (name.includes(word) ? 3 : 0) + (description.includes(word) ? 1 : 0);
    if (found === 0) return 0;
    score += found;
  }
  return score;
}
