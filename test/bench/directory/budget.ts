/** What a model reads of the tools of 25 real servers before its first question: all of them, or tools to find them with. */
import { readdirSync, readFileSync } from 'node:fs';
import { createView } from '#main/features/endpoint/catalog/view.ts';
import type { CatalogTool } from '#main/features/endpoint/index.ts';
import type { CatalogChoice } from '#shared/features/clients/budget.ts';
import { catalogNameFor } from '#shared/features/registry/names.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

/** Lists of tools as servers gave them. */
const LISTS = new URL('../../relevance/tools/', import.meta.url);
const ROUNDS = 50;

const catalog = (): CatalogTool[] =>
  readdirSync(LISTS).flatMap((file) => {
    const { server, tools } = JSON.parse(readFileSync(new URL(file, LISTS), 'utf8')) as {
      server: string;
      tools: Tool[];
    };
    return tools.map((tool) => {
      const id = `p/${server}/${tool.name}`;
      return { name: catalogNameFor(server, tool.name, id, () => false), tool, server, id };
    });
  });

export function measureBudget(): Figure[] {
  const tools = catalog();
  const source = { tools, servers: [], find: async () => [] };
  const options = { pageItems: 20_000, serverInfo: {} };
  const view = (choice: CatalogChoice) =>
    createView({ name: 'default', prefix: true, catalog: choice }, source, options);
  const sent = (choice: CatalogChoice) => view(choice).list('tools', 'legacy').page(undefined).length;
  const { listing } = view('auto');
  const searched = view('search').listing.listed.tokens;
  const startedAt = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) view('auto');
  const buildMs = (performance.now() - startedAt) / ROUNDS;
  return [
    measured('budget: servers and their tools', tools.length, 'tools'),
    measured('budget: listed in full', listing.tokens, 'tokens'),
    measured('budget: found by searching', searched, 'tokens'),
    atMost('budget: searching, of listing in full', searched / listing.tokens, '×', 0.05),
    measured('budget: bytes listed in full', sent('full') / 1024, 'KiB'),
    measured('budget: bytes listed where searched', sent('search') / 1024, 'KiB'),
    measured('budget: deciding it anew after a change', buildMs, 'ms'),
  ];
}
