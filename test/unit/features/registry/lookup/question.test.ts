import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestion } from '#main/features/registry/lookup/question.ts';
import { relevanceOf } from '#main/features/registry/lookup/reading.ts';

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
