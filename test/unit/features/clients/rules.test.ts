import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOf, readEntry, stdioEntry } from '#shared/features/clients/entry.ts';
import { clientApps } from '#shared/features/clients/apps.ts';
import { lineDiff } from '#shared/features/clients/diff.ts';
import { showsTool } from '#shared/features/clients/profile-rules.ts';
import { harmlessTools } from '#shared/features/clients/prove-rules.ts';

describe('profiles', () => {
  const echo = { name: 'everything_echo', id: 'z6/everything/echo@1#f', server: 'everything' };
  it.each([
    [{}, true],
    [{ servers: ['everything'] }, true],
    [{ servers: [] }, false],
    [{ servers: [], includeTools: ['everything_echo'] }, true],
    [{ servers: [], includeTools: [echo.id] }, true],
    [{ excludeTools: ['everything_echo'] }, false],
    [{ includeTools: ['everything_echo'], excludeTools: ['everything_echo'] }, false],
    [{ excludeTools: ['echo'] }, true],
  ])('%j shows the tool: %j', (choice, shown) => expect(showsTool(choice, echo)).toBe(shown));
});

describe('harmless tools', () => {
  const tool = (name: string, annotations: object, required: string[] = [], properties: object = {}) => ({
    name,
    annotations,
    inputSchema: { type: 'object', properties, required },
  });
  it('say that they only read and need nothing; the most harmless comes first', () => {
    const tools = [
      tool('writes', { readOnlyHint: false }),
      tool('silent', {}),
      tool('needs', { readOnlyHint: true }, ['x']),
      tool('get-env', { readOnlyHint: true, openWorldHint: false }),
      tool('wide', { readOnlyHint: true }),
      tool('options', { readOnlyHint: true, openWorldHint: false }, [], { a: {}, b: {} }),
      tool('plain', { readOnlyHint: true, openWorldHint: false }),
      { name: 'bare' },
    ];
    expect(harmlessTools(tools).map(({ name }) => name)).toEqual(['plain', 'options', 'wide', 'get-env']);
  });
  it('takes whatever strangers send', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string(), annotations: fc.jsonValue(), inputSchema: fc.jsonValue() })),
        (tools) => {
          expect(harmlessTools(tools).length).toBeLessThanOrEqual(tools.length);
        },
      ),
    );
  });
});

describe('entries', () => {
  const start = { command: '/n', args: ['/t/bin/toolswarm.mjs', 'mcp', '--data-dir', '/d'] };
  const current = { ...start, dataDir: '/d' };
  it.each(clientApps.map(({ id, shape }) => [id, shape] as const))(
    '%s starts what was written',
    (_, shape) => {
      expect(commandOf(stdioEntry(shape, start))).toEqual(start);
      expect(readEntry(stdioEntry(shape, start), current)).toEqual({ state: 'present', profile: 'default' });
    },
  );
  it.each([
    [undefined, 'absent'],
    [{ url: 'http://127.0.0.1:7420/mcp' }, 'foreign'],
    [{ command: 'npx', args: ['something'] }, 'foreign'],
    [{ ...start, command: '/old' }, 'stale'],
    [{ command: 'toolswarm', args: ['mcp'] }, 'stale'],
    [{ command: 'C:\\bin\\toolswarm.cmd', args: ['mcp', '--data-dir', '/d'] }, 'stale'],
    [{ ...start, args: ['/t/bin/toolswarm.mjs', 'mcp', '--data-dir', '/other'] }, 'foreign'],
    [{ ...start, args: ['/t/bin/toolswarm.mjs', 'stop'] }, 'foreign'],
    ['text', 'foreign'],
  ])('%j is %s', (entry, state) => expect(readEntry(entry, current).state).toBe(state));
});

describe('the lines of a change', () => {
  it('show a little around it', () => {
    const before = Array.from({ length: 12 }, (_, at) => `line ${at + 1}`).join('\n');
    const after = before.replace('line 6', 'line 6,\nnew');
    expect(lineDiff(before, after).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'gap ',
      'same line 3',
      'same line 4',
      'same line 5',
      'remove line 6',
      'add line 6,',
      'add new',
      'same line 7',
      'same line 8',
      'same line 9',
      'gap ',
    ]);
    expect(lineDiff(before, before)).toEqual([]);
  });
  it('give the new text again when they are followed', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
        if (lines.length === 0) {
          expect(before).toEqual(after);
          return;
        }
        const shown = (kinds: string[]) =>
          lines
            .filter(({ kind }) => kinds.includes(kind))
            .map((line) => line.text)
            .join('\n');
        expect(before.join('\n')).toContain(shown(['same', 'remove']));
        expect(after.join('\n')).toContain(shown(['same', 'add']));
      }),
    );
  });
});
