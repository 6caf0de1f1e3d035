import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestion } from '#main/features/registry/lookup/question.ts';
import { relevanceOf } from '#main/features/registry/lookup/reading.ts';
import { parseQuery } from '#shared/features/registry/search.ts';

describe('relevance', () => {
  const tool = {
    server: 'files',
    tags: ['disk'],
    name: 'read_file',
    description: 'Reads contents',
  };
  it.each([
    ['reading files', 1000],
    ['read disk', 850],
    ['contents', 400],
    ['conte', 200],
    ['raed', 400],
    ['documents', 650],
    ['weather', 0],
  ])('of a file reader for “%s” is %i', (question, relevance) => {
    expect(relevanceOf(question, tool)).toBe(relevance);
  });

  it('is read from the beginning of a title and of a tag: strangers write both as long as they like', () => {
    const long = `${'word '.repeat(100)}weather`;
    expect(relevanceOf('weather', { ...tool, title: long, tags: [long] })).toBe(0);
  });

  it('lies between 0 and 1000, whatever is asked of whatever', () => {
    const any = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(any, any, any, (question, name, description) => {
        const relevance = relevanceOf(question, { server: 's', tags: [], name, description });
        expect(Number.isInteger(relevance) && relevance >= 0 && relevance <= 1000).toBe(true);
      }),
    );
  });
});

describe('a question', () => {
  const weather = { name: 'forecast', server: 'skies', tags: ['weather'], description: 'Tells tomorrow' };

  it('is told to peers without what concerns the asker alone', () => {
    expect(readQuestion('weather state:approved tag:sky').text).toBe('weather   tag:sky');
    expect(readQuestion('state:rejected').text).toBe('');
  });

  it.each([
    ['hidden in another part', 'xstate:approved weather state:approved'],
    ['hidden in itself', 'state:stateapproved state:approved -state:approvedstate:approved state:approved'],
    ['behind more parts than are read', `${'a '.repeat(22)}state:approved state:approved state:approved b`],
    ['about prices', 'weather price<5 price<5'],
    ['with an invisible character', 'st\u200bate:approved mail'],
  ])('keeps no filter of the asker alone that is %s', (_, written) => {
    const { filters, notes } = parseQuery(readQuestion(written).text);
    expect(filters.filter(({ name }) => name === 'state')).toEqual([]);
    expect(notes.filter(({ code }) => code === 'not_known_yet')).toEqual([]);
  });

  it('is looked for here without what could tell of the operator’s own words', () => {
    const { openText, relevance } = readQuestion('reads "my alias" -secret -"other alias" tag:disk');
    expect(parseQuery(openText)).toMatchObject({
      words: ['reads', 'my', 'alias'],
      phrases: [],
      excluded: { words: [], phrases: [] },
      filters: [{ name: 'tag', value: 'disk' }],
    });
    const tool = { name: 'read', server: 's', tags: [] };
    expect(relevance(tool)).toBeGreaterThan(0);
    expect(relevance({ ...tool, description: 'Tells secrets' })).toBe(0);
  });

  it('is looked up by its tags and its words', () => {
    expect(readQuestion('forecast tag:"Local weather" -tag:sea').capabilities).toEqual([
      'local-weather',
      'forecast',
    ]);
  });

  it('is fitted by whatever fits its filters where it has no words', () => {
    expect(readQuestion('tag:weather').relevance(weather)).toBeGreaterThan(0);
    expect(readQuestion('tag:weather letters').relevance(weather)).toBe(0);
  });
});
