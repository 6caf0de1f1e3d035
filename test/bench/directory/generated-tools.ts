/** Many tools that read like real ones: those of the public servers, each again under other servers, names and words. */
import { listedTools } from '#test/relevance/measure.ts';
import type { Tool } from '#shared/features/registry/tool.ts';

export interface GeneratedTool {
  server: string;
  providerName: string;
  tags: string[];
  tool: Tool;
}

const OWNERS = ['Anna', 'Boris', 'Chen', 'Dana', 'Emeka', 'Fatima', 'Goran', 'Hana', 'Ivan', 'Jun'];
const SUFFIXES = ['', '_v2', '_batch', '_all', '_by_id', '_async', '_safe', '_preview', '_legacy', '_fast'];

/** The same ones every time. */
export function* generatedTools(count: number): Generator<GeneratedTool> {
  const real = listedTools();
  const words = [...new Set(real.flatMap(({ tool }) => (tool.description ?? '').match(/[a-z]{4,}/g) ?? []))];
  for (let at = 0; at < count; at++) {
    const { server, tool } = real[at % real.length] ?? { server: '', tool: undefined };
    if (!tool) return;
    const round = Math.floor(at / real.length);
    const extra = Array.from(
      { length: round === 0 ? 0 : 6 },
      (_, nth) => words[(at * 7919 + nth * 104_729) % words.length],
    );
    yield {
      server: round === 0 ? server : `${server}-${round}`,
      providerName: `${OWNERS[round % OWNERS.length]} ${round}`,
      tags: [server, extra[0] ?? 'public'],
      tool: {
        ...tool,
        name: `${tool.name}${SUFFIXES[round % SUFFIXES.length]}`,
        description: `${tool.description ?? ''} ${extra.join(' ')}`,
      },
    };
  }
}
