import { describe, expect, it } from 'vitest';
import {
  heldOut,
  listedTools,
  recallOf,
  searchOf,
  substringSearch,
  tuned,
  withEngine,
} from '#test/relevance/measure.ts';
import { queries } from '#test/relevance/queries.ts';

const tools = listedTools();

describe('the tools of public servers', () => {
  it('are those that the queries are about', () => {
    const known = new Set(tools.map(({ id }) => id));
    expect(queries.length).toBeGreaterThanOrEqual(60);
    expect(new Set(tools.map(({ server }) => server)).size).toBeGreaterThanOrEqual(25);
    expect(queries.flatMap(({ expected }) => expected).filter((id) => !known.has(id))).toEqual([]);
  });

  it.each([
    ['queries that the search was tuned with', tuned],
    ['queries that it was not', heldOut],
  ])('are found among the first ten: %s', (_name, asked) => {
    const { missed, recall } = withEngine((engine) => recallOf(searchOf(tools, engine), asked));
    const plain = recallOf(substringSearch(tools), asked).recall;
    console.log(
      `recall@10 of ${asked.length} queries: ${recall.toFixed(3)}; plain substrings: ${plain.toFixed(3)}`,
    );
    expect(recall, JSON.stringify(missed, null, 1)).toBeGreaterThanOrEqual(0.9);
    expect(recall).toBeGreaterThan(plain);
  });
});
