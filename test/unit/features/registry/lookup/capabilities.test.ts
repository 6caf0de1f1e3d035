import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capabilitiesAsked,
  capabilitiesOf,
  capabilityOf,
  MAX_ASKED,
  MAX_CAPABILITIES,
  MAX_CAPABILITY,
  wordsIn,
} from '#shared/features/registry/capabilities.ts';

const files = {
  server: 'files',
  tags: ['Files', 'Local disk'],
  category: 'storage',
  tools: [
    { name: 'read_file', description: 'Reads the complete contents of a file from the file system.' },
    { name: 'write_file', description: 'Creates or overwrites a file.' },
    { name: 'listDirectory', description: 'Lists a directory.' },
  ],
};

describe('words', () => {
  it.each([
    ['searching searches searched', ['search']],
    ['create created creating creates', ['creat']],
    ['cities boxes caches classes', ['city', 'box', 'cach', 'class']],
    ['getHTMLPage read_file', ['html', 'page', 'read', 'file']],
    ['The user’s list of tools', []],
    ['café Café', ['cafe']],
    ['прочитать файлы', ['прочитать', 'фаилы']],
    ['a\u200bcurrency', ['acurrency']],
    ['s3 k8s 2024 42', ['s3', 'k8s']],
  ])('of %s', (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });
});

describe('capabilities of a server', () => {
  it('are its tags, its category and the words that its tools are about, best first', () => {
    const capabilities = capabilitiesOf(files);
    expect(capabilities.slice(0, 3)).toEqual(['file', 'local-disk', 'storag']);
    expect(capabilities).toContain('directory');
    expect(capabilities).not.toContain('tool');
  });

  it('do not depend on the order of its tools', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(files.tools, { minLength: files.tools.length }), (tools) => {
        expect(capabilitiesOf({ ...files, tools })).toEqual(capabilitiesOf(files));
      }),
    );
  });

  const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }));
  it('are few, short, each once, and mean themselves when they are asked for', () => {
    const tool = fc.record({ name: text, title: text, description: text });
    const server = fc.record({
      server: text,
      tags: fc.array(text, { maxLength: 16 }),
      category: text,
      tools: fc.array(tool, { maxLength: 10 }),
    });
    fc.assert(
      fc.property(server, (any) => {
        const capabilities = capabilitiesOf(any);
        expect(capabilities.length).toBeLessThanOrEqual(MAX_CAPABILITIES);
        expect(new Set(capabilities).size).toBe(capabilities.length);
        for (const one of capabilities) {
          expect(one.length).toBeGreaterThan(0);
          expect(one.length).toBeLessThanOrEqual(MAX_CAPABILITY);
          expect(capabilityOf(one)).toBe(one);
        }
      }),
    );
  });
});

describe('what a question is looked up by', () => {
  it.each([
    ['read a file from the file system', ['file', 'system', 'file-system', 'read']],
    ['send weekly emails', ['send', 'weekly', 'email', 'send-weekly', 'weekly-email']],
    ['list of the', []],
  ])('%s', (question, capabilities) => {
    expect(capabilitiesAsked(question)).toEqual(capabilities);
  });

  it('meets the tags and the names that it means', () => {
    expect(capabilitiesOf(files)).toContain(capabilitiesAsked('local disks').at(-1));
    expect(capabilitiesOf(files)).toContain(capabilitiesAsked('directories')[0]);
  });

  it('is never too much', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (question) => {
        expect(capabilitiesAsked(question).length).toBeLessThanOrEqual(MAX_ASKED);
      }),
    );
  });
});
