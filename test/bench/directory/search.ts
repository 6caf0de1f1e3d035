/** Searching 100,000 tools in the thread of the index, as the node does it; and how relevant the answers are. */
import { docOf } from '#main/features/registry/search/fields.ts';
import { createThreadPort } from '#main/features/registry/search/thread.ts';
import { createToolSearch, type ToolSearch } from '#main/features/registry/search/search.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { parseQuery } from '#shared/features/registry/search.ts';
import { listedTools, recallOf, searchOf, substringSearch, withEngine } from '#test/relevance/measure.ts';
import { queries } from '#test/relevance/queries.ts';
import { atLeast, atMost, type Figure, measured } from '../support/report.ts';
import { generatedTools } from './generated-tools.ts';

const TOOLS = 100_000;
const ROUNDS = 10;
/** Tools that a search answers with. */
const LIMIT = 50;

// biome-ignore format: a kind a line
const KINDS = {
  common: ['file', 'get', 'list', 'search', 'create', 'get file', 'list the files', 'read', 'data', 'id', 'update project', 'query', 'page', 'name', 'the'],
  rare: ['blame', 'helm chart', 'geocode', 'worksheet', 'subtitles', 'eslint', 'wrangler config', 'heap snapshot', 'reaction', 'zillow'],
  typo: ['searhc', 'kubernets', 'wether forcast', 'trnaslate', 'repositry', 'screnshot', 'calender', 'docment', 'mesage chanel', 'assing issue'],
  prefix: ['fi', 'sc', 'trans', 'scre', 'creat', 'get_f', 'do', 'upd', 'li', 'repos'],
  sentence: queries.map(({ text }) => text),
};

export async function measureSearch(): Promise<Figure[]> {
  return [...(await measureSpeed()), ...measureRelevance()];
}

async function measureSpeed(): Promise<Figure[]> {
  const tools = new Map(
    [...generatedTools(TOOLS)].map((tool, at) => [`provider/${tool.server}/${at}`, tool]),
  );
  const search = createToolSearch({
    clock: systemClock,
    log: silentLog,
    openPort: createThreadPort,
    tool(key) {
      const tool = tools.get(key);
      return tool && { definition: tool.tool, labels: key, doc: (slot) => docOf(slot, tool.tool, tool) };
    },
  });
  try {
    const before = process.memoryUsage.rss();
    const startedAt = performance.now();
    await fill(search, [...tools.keys()]);
    const tookMs = performance.now() - startedAt;
    const grownMiB = (process.memoryUsage.rss() - before) / 2 ** 20;
    return [
      measured('search: 100,000 tools into the index', tookMs / 1000, 's'),
      measured('search: memory of the index and its thread', grownMiB, 'MiB'),
      ...(await timesOf(search)),
    ];
  } finally {
    await search.close();
  }
}

/** A search waits for as many as it is given here. */
async function fill(search: ToolSearch, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += LIMIT * 40) {
    search.touch(keys.slice(at, at + LIMIT * 40));
    await search.find(parseQuery('file'), { limit: 1, complete: false });
  }
}

async function timesOf(search: ToolSearch): Promise<Figure[]> {
  const figures: Figure[] = [];
  const all: number[] = [];
  for (const [kind, texts] of Object.entries(KINDS)) {
    const times = await timed(search, texts, false);
    all.push(...times);
    figures.push(
      measured(`search: ${kind} words, p50`, at(times, 0.5), 'ms'),
      atMost(`search: ${kind} words, p95`, at(times, 0.95), 'ms', 15),
    );
  }
  figures.push(atMost('search: all kinds, p95', at(all, 0.95), 'ms', 15));
  const whole = await timed(search, KINDS.common, true);
  figures.push(measured('search: common words, all that fit, p95', at(whole, 0.95), 'ms'));
  return figures;
}

async function timed(search: ToolSearch, texts: readonly string[], complete: boolean): Promise<number[]> {
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round++)
    for (const text of texts) {
      const startedAt = performance.now();
      await search.find(parseQuery(text), { limit: LIMIT, complete });
      // The first round warms up.
      if (round >= 0) times.push(performance.now() - startedAt);
    }
  return times;
}

const at = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)] ?? Number.NaN;

function measureRelevance(): Figure[] {
  const tools = listedTools();
  const { recall } = withEngine((engine) => recallOf(searchOf(tools, engine), queries));
  return [
    atLeast('search: recall@10 over the queries of people', recall, '', 0.9),
    measured('search: the same with plain substrings', recallOf(substringSearch(tools), queries).recall, ''),
  ];
}
