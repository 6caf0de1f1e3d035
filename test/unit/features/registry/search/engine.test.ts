import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { stem, wordsOf, wordsOfName } from '#main/features/registry/search/analyzer.ts';
import { analyze } from '#main/features/registry/search/documents.ts';
import { distance, lettersOf, mayBeNear, slipsAllowed } from '#main/features/registry/search/distance.ts';
import { createSearchEngine, type SearchEngine } from '#main/features/registry/search/engine.ts';
import { docOf } from '#main/features/registry/search/fields.ts';
import { createVocabulary } from '#main/features/registry/search/vocabulary.ts';
import { parseQuery } from '#shared/features/registry/search.ts';

const TOOLS: Array<[name: string, description: string, server?: string]> = [
  ['read_file', 'Reads a text from the disk', 'files'],
  ['delete_directory', 'Removes a folder with everything in it', 'files'],
  ['translateText', 'Translates between languages', 'deepl'],
  ['send_message', 'Sends an email', 'mail'],
  ['forecast', 'The weather of the coming days, hour by hour', 'weather'],
  ['elasticsearch_query', 'Asks an index', 'elastic'],
  ['café_menu', 'Meals of today', 'food'],
  ['天気予報', '東京の天気', 'weather-jp'],
];

let engine: SearchEngine;
afterEach(() => engine?.close());

function setUp(tools = TOOLS): SearchEngine {
  engine = createSearchEngine();
  engine.put(
    tools.map(([name, description, server = 'other'], slot) =>
      docOf(slot, { name, description, inputSchema: { type: 'object' } }, { server, tags: [] }),
    ),
  );
  return engine;
}

function find(text: string, { complete = false, limit = 10 } = {}) {
  const { excluded, isOpen, phrases, words } = parseQuery(text);
  const found = engine.find({ words, isOpen, must: phrases, excluded: excluded.words, limit, complete });
  const named = (slots: Uint32Array) => [...slots].map((slot) => TOOLS[slot]?.[0]);
  return { ...found, best: named(found.best), rest: named(found.rest) };
}

describe('what is found', () => {
  it.each([
    ['reading files', 'read_file'],
    ['readfile', 'read_file'],
    ['erase folder', 'delete_directory'],
    ['translation', 'translateText'],
    ['transl', 'translateText'],
    ['trnaslate text', 'translateText'],
    ['mail', 'send_message'],
    ['forcast', 'forecast'],
    ['elastic search', 'elasticsearch_query'],
    ['cafe', 'café_menu'],
    ['CAFÉ', 'café_menu'],
    ['天気', '天気予報'],
    ['how do I remove a directory', 'delete_directory'],
  ])('%s', (text, expected) => {
    setUp();
    expect(find(text).best[0]).toBe(expected);
  });

  it('has none of the words that are left out', () => {
    setUp();
    expect(find('weather -forecast').best).not.toContain('forecast');
    expect(find('weather').best).toContain('forecast');
  });

  it('needs the words of a phrase as they are', () => {
    setUp();
    expect(find('"send"').best).toEqual(['send_message']);
    expect(find('"nowhere" send').best).toEqual([]);
  });

  it('tells which slip of the hand it mended', () => {
    setUp();
    expect(find('langauges').notes).toEqual([{ code: 'corrected', part: 'langauges', value: 'languag' }]);
  });

  it('tells where no tool has all the words', () => {
    setUp();
    const { best, notes } = find('weather directory');
    expect(best).toEqual(expect.arrayContaining(['forecast', 'delete_directory']));
    expect(notes).toEqual([{ code: 'some_words' }]);
  });

  it('is nothing where there is nothing like it', () => {
    setUp();
    expect(find('zzzzqqqq')).toMatchObject({ best: [], rest: [] });
    expect(find('')).toMatchObject({ best: [], rest: [] });
  });
});

describe('all that is found', () => {
  it('is the best and the rest, each once, however many there are', () => {
    engine = createSearchEngine();
    const count = 1500;
    engine.put(
      Array.from({ length: count }, (_, slot) =>
        docOf(
          slot,
          { name: `get_${slot}`, description: 'gets a file', inputSchema: {} },
          { server: 's', tags: [] },
        ),
      ),
    );
    const { best, rest } = engine.find({
      words: ['file'],
      isOpen: false,
      must: [],
      excluded: [],
      limit: 100,
      complete: true,
    });
    expect(new Set([...best, ...rest]).size).toBe(count);
    expect(best.length + rest.length).toBe(count);
  });

  it('is complete below the number that one look takes', () => {
    setUp(Array.from({ length: 120 }, (_, at): [string, string] => [`tool_${at}`, 'copies files']));
    expect(
      engine.find({ words: ['copy'], isOpen: false, must: [], excluded: [], limit: 20, complete: true }),
    ).toMatchObject({
      best: { length: 20 },
      rest: { length: 100 },
    });
  });
});

describe('an index that changes', () => {
  it('answers as one that was made of what is there now', () => {
    const words = ['read', 'write', 'mail', 'file', 'weather', 'map'];
    const doc = fc.record({ slot: fc.nat(12), text: fc.array(fc.constantFrom(...words), { maxLength: 4 }) });
    const step = fc.oneof(
      doc.map(({ slot, text }) => ({ kind: 'put' as const, slot, text: text.join(' ') })),
      fc.nat(12).map((slot) => ({ kind: 'remove' as const, slot, text: '' })),
    );
    const docFor = (slot: number, text: string) =>
      docOf(slot, { name: `t${slot}`, description: text, inputSchema: {} }, { server: 's', tags: [] });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(...words), (steps, word) => {
        const changed = createSearchEngine();
        const fresh = createSearchEngine();
        const now = new Map<number, string>();
        for (const { kind, slot, text } of steps) {
          if (kind === 'put') {
            changed.put([docFor(slot, text)]);
            now.set(slot, text);
          } else {
            changed.remove([slot]);
            now.delete(slot);
          }
        }
        fresh.put([...now].map(([slot, text]) => docFor(slot, text)));
        const request = { words: [word], isOpen: true, must: [], excluded: [], limit: 20, complete: true };
        expect([...changed.find(request).best].sort()).toEqual([...fresh.find(request).best].sort());
        expect(changed.size()).toBe(now.size);
        changed.close();
        fresh.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('words', () => {
  it('are taken apart where names join them, and kept whole where people do', () => {
    expect(wordsOfName('readTextFile')).toEqual(['readtextfile', 'read', 'text', 'file']);
    expect(wordsOfName('git_log')).toEqual(['git', 'log', 'gitlog']);
    expect(wordsOf('GitHub’s createdAt')).toEqual(['github', 's', 'createdat', 'created', 'at']);
    expect(wordsOf('Überprüfung 東京都')).toEqual(['uberprufung', '東京', '京都']);
  });

  it('have one stem in their forms', () => {
    expect(new Set(['translate', 'translates', 'translating', 'translation'].map(stem)).size).toBe(1);
    expect(stem('файлы')).toBe('файлы');
  });
});

describe('slips of the hand', () => {
  const naive = (a: string, b: string): number => {
    const d = Array.from({ length: a.length + 1 }, (_, i) =>
      Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
    );
    const at = (i: number, j: number) => d[i]?.[j] ?? 0;
    for (let i = 1; i <= a.length; i++)
      for (let j = 1; j <= b.length; j++) {
        let least = Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        );
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          least = Math.min(least, at(i - 2, j - 2) + 1);
        const row = d[i];
        if (row) row[j] = least;
      }
    return at(a.length, b.length);
  };
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e'), maxLength: 9 });

  it('are counted, up to a bound, and letters never rule out what is near', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, most) => {
        const apart = naive(a, b);
        expect(Math.min(distance(a, b, most), most + 1)).toBe(Math.min(apart, most + 1));
        if (apart <= most) expect(mayBeNear(lettersOf(a), lettersOf(b), most)).toBe(true);
      }),
    );
  });

  it('are forgiven in long words only', () => {
    expect(['cat', 'cats', 'elephant'].map(slipsAllowed)).toEqual([0, 1, 2]);
  });
});

describe('a vocabulary', () => {
  it('gives numbers back, and none beyond its bound', () => {
    const vocabulary = createVocabulary(2);
    const [a, b] = [vocabulary.enter('a'), vocabulary.enter('b')];
    expect([a, b, vocabulary.enter('c')]).toEqual([0, 1, undefined]);
    vocabulary.count([0, 1], 1);
    vocabulary.count([0], -1);
    expect(vocabulary.enter('c')).toBe(0);
    expect(vocabulary.frequency('a')).toBe(0);
    expect(vocabulary.size()).toBe(2);
  });
});

describe('what strangers wrote', () => {
  it('of letters like those of a misspelt word is compared so often and no more', () => {
    const all = ['readable', 'raedable', 'dareable', 'radeable'];
    const vocabulary = (most: number) => {
      const made = createVocabulary(100, most);
      made.count(
        all.map((term) => made.enter(term) ?? 0),
        1,
      );
      return made;
    };
    expect(vocabulary(2).similar(['radeable'], 3)).not.toContain('radeable');
    expect(vocabulary(4).similar(['radeable'], 3)).toEqual(['radeable']);
  });

  it('never becomes a term longer than forty characters, and is read from its beginning alone', () => {
    const long = 'a'.repeat(100_000);
    const schema = {
      type: 'object',
      properties: { [long]: { description: long, enum: [long] } },
    };
    const doc = docOf(
      0,
      { name: 'x', title: `${long} end`, description: long, inputSchema: schema },
      { server: 's', tags: [long] },
    );
    const { weights } = analyze(doc);
    expect(Math.max(...[...weights.keys()].map((term) => term.length))).toBeLessThanOrEqual(40);
    expect(weights.has('end')).toBe(false);
    expect(JSON.stringify({ ...doc, labels: [] }).length).toBeLessThan(20_000);
  });
});
