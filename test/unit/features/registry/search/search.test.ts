import { afterEach, expect, it } from 'vitest';
import type { SearchDoc } from '#main/features/registry/search/documents.ts';
import { createDirectPort, type IndexPort } from '#main/features/registry/search/port.ts';
import { createToolSearch, type ToolSearch } from '#main/features/registry/search/search.ts';
import { silentLog } from '#main/platform/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { parseQuery } from '#shared/features/registry/search.ts';
import { createManualClock } from '#test/support/clock.ts';

let search: ToolSearch;
afterEach(() => search.close());

const docFor = (slot: number, text: string): SearchDoc => ({
  slot,
  names: [text],
  title: '',
  labels: [],
  description: '',
  params: [],
  paramTexts: '',
});

/** Tools by their keys, each found by its text. */
function setUp(tools: Map<string, string>, wrap: (port: IndexPort) => IndexPort = (port) => port) {
  const put: number[] = [];
  const lost: Array<(error: unknown) => void> = [];
  const definitions = new Map<string, object>();
  const clock = createManualClock();
  search = createToolSearch({
    clock,
    log: silentLog,
    tool(key) {
      const text = tools.get(key);
      if (text === undefined) return undefined;
      const definition = definitions.get(text) ?? {};
      definitions.set(text, definition);
      return { definition, labels: text, doc: (slot) => docFor(slot, text) };
    },
    openPort(onLost) {
      lost.push(onLost);
      const port = wrap(createDirectPort());
      return {
        ...port,
        change: (change) => {
          put.push(change.put.length);
          return port.change(change);
        },
      };
    },
  });
  search.touch(tools.keys());
  return { clock, lost, put };
}

const find = async (text: string) => {
  const { best, notes, rest } = await search.find(parseQuery(text), { limit: 10, complete: true });
  return { keys: [...best.map(({ key }) => key), ...rest].sort(), notes };
};

it('sees what just came, changed and went', async () => {
  const tools = new Map([
    ['a', 'read mail'],
    ['b', 'read file'],
  ]);
  setUp(tools);
  expect((await find('read')).keys).toEqual(['a', 'b']);
  expect((await find('read')).keys).toEqual(['a', 'b']);
  tools.set('c', 'read page').delete('a');
  tools.set('b', 'write file');
  search.touch(['a', 'b', 'c']);
  expect((await find('read')).keys).toEqual(['c']);
  expect((await find('write')).keys).toEqual(['b']);
});

it('takes in nothing again that has not changed', async () => {
  const { put } = setUp(new Map([['a', 'read mail']]));
  await find('read');
  search.touch(['a']);
  await find('read');
  expect(put).toEqual([1]);
});

it('gives the place of a tool that went to another one, and never mistakes them', async () => {
  const tools = new Map([['a', 'alpha']]);
  setUp(tools);
  await find('alpha');
  for (let round = 0; round < 5; round++) {
    const [old] = tools.keys();
    const next = `${old}x`;
    tools.clear();
    tools.set(next, 'alpha');
    search.touch([old ?? '', next]);
    expect((await find('alpha')).keys).toEqual([next]);
  }
});

it('looks among some tools alone, whatever else there is', async () => {
  const spam = Array.from({ length: 1500 }, (_, at): [string, string] => [`k${at}`, `read mail now ${at}`]);
  setUp(new Map([...spam, ['mine', 'read letters and all that comes with them']]));
  const among = (text: string, keys: string[]) =>
    search
      .find(parseQuery(text), { limit: 10, complete: false, among: keys })
      .then(({ best }) => best.map(({ key }) => key));
  expect((await find('read')).keys).toHaveLength(1501);
  expect(await among('read', ['mine', 'gone'])).toEqual(['mine']);
  expect(await among('read mail now', ['mine'])).toEqual(['mine']);
  expect(await among('read', [])).toEqual([]);
});

it('is built anew when it is lost', async () => {
  const { lost } = setUp(new Map([['a', 'alpha']]));
  expect((await find('alpha')).keys).toEqual(['a']);
  lost[0]?.(new Error('gone'));
  expect((await find('alpha')).keys).toEqual(['a']);
  expect(lost).toHaveLength(2);
});

it('that is lost again and again rests before it is built anew, longer each time', async () => {
  const { clock, lost } = setUp(new Map([['a', 'alpha']]));
  for (const wait of [0, 2000, 4000]) {
    await find('alpha');
    lost.at(-1)?.(new Error('gone'));
    if (wait === 0) continue;
    clock.advance(wait - 1);
    await expect(find('alpha')).rejects.toMatchObject({ code: 'registry.search_failed', retryable: true });
    clock.advance(1);
  }
  expect((await find('alpha')).keys).toEqual(['a']);
  expect(lost).toHaveLength(4);
  clock.advance(31 * 60_000);
  lost.at(-1)?.(new Error('gone'));
  expect((await find('alpha')).keys).toEqual(['a']);
});

it('answers from what is there while many are taken in, and says so; all are there in the end', async () => {
  const tools = new Map(Array.from({ length: 2600 }, (_, at) => [`k${at}`, `alpha n${at}`]));
  setUp(tools);
  const { keys, notes } = await find('alpha');
  expect(keys.length).toBeLessThan(2600);
  expect(notes).toContainEqual({ code: 'indexing' });
  await expect.poll(async () => (await find('alpha')).keys.length).toBe(2600);
});

it('takes in many before anybody asks', async () => {
  const { clock, put } = setUp(new Map(Array.from({ length: 2100 }, (_, at) => [`k${at}`, `alpha${at}`])));
  expect(put).toEqual([]);
  clock.advance(1000);
  await expect.poll(() => put.reduce((sum, one) => sum + one, 0)).toBe(2100);
});

it('refuses where the index refuses, and recovers', async () => {
  let isBroken = true;
  setUp(new Map([['a', 'alpha']]), (port) => ({
    ...port,
    change: async (change) => {
      if (isBroken) throw new AppError('registry.search_failed', 'No.', { advice: 'Again.' });
      await port.change(change);
    },
  }));
  await expect(find('alpha')).rejects.toMatchObject({ code: 'registry.search_failed' });
  isBroken = false;
  expect((await find('alpha')).keys).toEqual(['a']);
});
