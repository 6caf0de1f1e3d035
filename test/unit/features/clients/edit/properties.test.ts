import fc from 'fast-check';
import { stringify as tomlOf } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { stringify as yamlOf } from 'yaml';
import type { EntryPlace } from '#shared/features/clients/apps.ts';
import { commandOf, stdioEntry } from '#shared/features/clients/entry.ts';
import { entryIn, withEntry, withoutEntry } from '#main/features/clients/edit/index.ts';

const words = fc.string({ unit: 'grapheme', maxLength: 12 });
const start = fc.record({
  command: fc.string({ unit: 'grapheme', minLength: 1 }),
  args: fc.array(words, { maxLength: 4 }),
});
const name = fc
  .string({ unit: 'grapheme', maxLength: 8 })
  .filter((text) => text !== '__proto__' && text !== 'toolswarm');
const leaf = fc.oneof(words, fc.integer(), fc.boolean());
const others = fc.dictionary(
  name,
  fc.dictionary(name, fc.oneof(leaf, fc.array(words, { maxLength: 3 })), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const eol = fc.constantFrom('\n', '\r\n');
const bom = fc.constantFrom('', '\uFEFF');

interface Written {
  text: string;
  place: EntryPlace;
}

const indent = fc.constantFrom<string | number | undefined>(undefined, 2, 4, '\t', 1);
const json: fc.Arbitrary<Written> = fc
  .record({
    others,
    extra: others,
    hasContainer: fc.boolean(),
    indent,
    eol,
    bom,
    end: fc.boolean(),
    jsonc: fc.boolean(),
  })
  .map(({ others: servers, extra, hasContainer, indent: step, eol: lineEnd, bom: mark, end, jsonc }) => {
    const { mcpServers: _, ...rest } = extra;
    const text = JSON.stringify(hasContainer ? { ...rest, mcpServers: servers, last: 1 } : rest, null, step);
    const commented =
      jsonc && step !== undefined
        ? text.replace(/^\{\n/, '{ // first\n  /* more */\n').replace(/\n\}$/, ' // end\n}')
        : text;
    return {
      text: mark + (commented + (end ? '\n' : '')).replaceAll('\n', lineEnd),
      place: { format: jsonc ? 'jsonc' : 'json', path: ['mcpServers'] },
    };
  });

const toml: fc.Arbitrary<Written> = fc
  .record({ others, extra: others, hasContainer: fc.boolean(), eol, bom })
  .map(({ others: servers, extra, hasContainer, eol: lineEnd, bom: mark }) => {
    const { mcp_servers: _, ...rest } = extra;
    const text = tomlOf(hasContainer ? { model: 'x', ...rest, mcp_servers: servers } : { ...rest });
    const document = text.replace(/^\[/m, '# a comment\n[');
    return {
      text: mark + document.replaceAll('\n', lineEnd),
      place: { format: 'toml', path: ['mcp_servers'] },
    };
  });

const yaml: fc.Arbitrary<Written> = fc
  .record({ others, extra: others, hasContainer: fc.boolean(), list: fc.boolean(), bom })
  .map(({ others: servers, extra, hasContainer, list, bom: mark }) => {
    const { servers: _, ...rest } = extra;
    const items = list
      ? Object.entries(servers).map(([key, value]) => ({ ...value, name: `${key}.` }))
      : servers;
    const text = yamlOf(hasContainer ? { ...rest, servers: items, last: 1 } : rest);
    return {
      text: mark + text,
      place: { format: 'yaml', path: ['servers'], ...(list ? { list: true } : {}) },
    };
  });

describe.each([
  ['JSON', json],
  ['TOML', toml],
  ['YAML', yaml],
])('%s', (_, written) => {
  it('an entry is set and read again, and nothing else differs', () => {
    fc.assert(
      fc.property(written, start, ({ text, place }, command) => {
        const entry = stdioEntry(place.list ? 'continue' : 'stdio_only', command);
        // withEntry compares all else itself and throws where it differs.
        const after = withEntry(text, place, entry);
        expect(commandOf(entryIn(after, place))).toEqual(command);
        expect(withEntry(after, place, entry)).toBe(after);
        expect(after.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
      }),
    );
  });

  it('an entry is replaced by another', () => {
    fc.assert(
      fc.property(written, start, start, ({ text, place }, first, second) => {
        const shape = place.list ? 'continue' : 'stdio_only';
        const both = withEntry(
          withEntry(text, place, stdioEntry(shape, first)),
          place,
          stdioEntry(shape, second),
        );
        expect(commandOf(entryIn(both, place))).toEqual(second);
      }),
    );
  });

  it('what was set is taken out again', () => {
    fc.assert(
      fc.property(written, start, ({ text, place }, command) => {
        const after = withEntry(text, place, stdioEntry(place.list ? 'continue' : 'stdio_only', command));
        const back = withoutEntry(after, place);
        expect(entryIn(back, place)).toBeUndefined();
      }),
    );
  });

  it('a text is only added to: all of it is still there, in its order', () => {
    fc.assert(
      fc.property(written, start, ({ text, place }, command) => {
        const after = withEntry(text, place, stdioEntry(place.list ? 'continue' : 'stdio_only', command));
        let at = 0;
        for (const character of text.replace(/\s|\{\}|\[\]/g, ''))
          at = after.indexOf(character, at) + 1 || Number.NaN;
        expect(at).not.toBeNaN();
      }),
    );
  });
});

it.each(['\u2028', '\u00A0', '\uFEFF', '\n', ' \n', '\r\n'])(
  'YAML keeps the white space %j at the end of an argument',
  (space) => {
    const place: EntryPlace = { format: 'yaml', path: ['servers'] };
    const command = { command: 'x', args: [`a${space}`] };
    const after = withEntry('"": {}\n', place, stdioEntry('stdio_only', command));
    expect(commandOf(entryIn(after, place))).toEqual(command);
  },
);
