import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilitiesFor, missingCapabilities } from '#shared/features/endpoint/client-capabilities.ts';
import { idOf, sortMessage } from '#shared/features/endpoint/messages.ts';
import { namesWithoutPrefix, promptNameFor } from '#shared/features/endpoint/names.ts';
import { decodeHeaderValue, paramHeadersOf, paramMismatch } from '#shared/features/endpoint/param-headers.ts';
import { negotiateLegacy, passesLevel } from '#shared/features/endpoint/protocol.ts';
import { templateMatcher } from '#shared/features/endpoint/uri-template.ts';

describe('messages', () => {
  it.each([
    [{ jsonrpc: '2.0', id: 1, method: 'm' }, 'request'],
    [{ jsonrpc: '2.0', id: 'a', method: 'm', params: {} }, 'request'],
    [{ jsonrpc: '2.0', method: 'm' }, 'notification'],
    [{ jsonrpc: '2.0', id: 1, result: {} }, 'answer'],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }, 'answer'],
    [{ id: 1, method: 'm' }, undefined],
    [{ jsonrpc: '2.0', id: null, method: 'm' }, undefined],
    [{ jsonrpc: '2.0', id: 1.5, method: 'm' }, undefined],
    [{ jsonrpc: '2.0', id: 1, method: 'm', params: [] }, undefined],
    [{ jsonrpc: '2.0', id: 1 }, undefined],
    [null, undefined],
    ['text', undefined],
  ])('sorts %j as %s', (message, kind) => {
    expect(sortMessage(message)?.kind).toBe(kind);
  });

  it('never throws on anything that JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        sortMessage(value);
        idOf(value);
      }),
    );
  });
});

describe('capabilities of clients', () => {
  it.each([
    ['elicitation/create', {}, { elicitation: {} }, undefined],
    ['elicitation/create', {}, { elicitation: { form: {} } }, undefined],
    ['elicitation/create', {}, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    ['elicitation/create', { mode: 'url' }, { elicitation: {} }, { elicitation: { url: {} } }],
    ['sampling/createMessage', {}, { sampling: {} }, undefined],
    ['sampling/createMessage', { tools: [] }, { sampling: {} }, { sampling: { tools: {} } }],
    ['sampling/createMessage', {}, {}, { sampling: {} }],
    ['roots/list', {}, {}, { roots: {} }],
  ])('%s with %j of a client with %j lacks %j', (method, params, declared, missing) => {
    expect(missingCapabilities(capabilitiesFor(method, params) ?? {}, declared)).toEqual(missing);
  });

  it('knows no other questions', () => {
    expect(capabilitiesFor('tools/call', {})).toBeUndefined();
  });
});

describe('names', () => {
  it('keeps prompts apart, whatever servers and prompts are called', () => {
    const server = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,30}$/);
    const pair = fc.tuple(server, fc.string({ minLength: 1, maxLength: 60 }));
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ([s, p]) => `${s}/${p}`, maxLength: 40 }), (pairs) => {
        const names = pairs.map(([s, p]) => promptNameFor(s, p));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      }),
    );
    expect(promptNameFor('a', 'b_c')).toBe('a_b_c');
    expect(promptNameFor('a_b', 'c')).not.toBe('a_b_c');
  });

  it('leaves own names where they are unambiguous and gives full ones elsewhere, never one name twice', () => {
    const word = fc.stringMatching(/^[a-c_]{1,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(word, word), { selector: ([s, t]) => `${s}/${t}` }), (tools) => {
        const items = tools.map(([server, own]) => ({ own, full: `${server}.${own}` }));
        const names = namesWithoutPrefix(items);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
    expect(
      namesWithoutPrefix([
        { own: 'x', full: 's_x' },
        { own: 'y', full: 's_y' },
        { own: 'y', full: 't_y' },
      ]),
    ).toEqual(['x', 's_y', 't_y']);
    expect(namesWithoutPrefix([{ own: 'has space', full: 's_has_space' }])).toEqual(['s_has_space']);
  });
});

describe('URI templates', () => {
  it.each([
    ['test://template/{id}/data', 'test://template/123/data', true],
    ['test://template/{id}/data', 'test://template/1/2/data', false],
    ['test://template/{id}/data', 'test://template//data', false],
    ['file:///{+path}', 'file:///a/b/c.txt', true],
    ['db://{table}{?limit,offset}', 'db://users?limit=1&offset=2', true],
    ['db://{table}{?limit}', 'db://users', true],
    ['note://{a}-{b}', 'note://x-y-z', true],
    ['plain://text', 'plain://text', true],
    ['plain://text', 'plain://texts', false],
    ['x://{/path*}', 'x:///a/b', true],
  ])('%s matches %s: %s', (template, uri, matches) => {
    expect(templateMatcher(template)?.(uri)).toBe(matches);
  });

  it('refuses what is no template, and takes hostile ones without effort', () => {
    expect(templateMatcher('x://{open')).toBeUndefined();
    expect(templateMatcher('{+a}'.repeat(100))).toBeUndefined();
    expect(templateMatcher(`${'{+a}'.repeat(60)}!`)?.('a'.repeat(8_000))).toBe(false);
    expect(templateMatcher('{+a}')?.('a'.repeat(9_000))).toBe(false);
  });

  it('matches what simple expansion produces', () => {
    const value = fc.stringMatching(/^[a-zA-Z0-9._~-]{1,12}$/);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(templateMatcher('s://{a}/x/{b}')?.(`s://${a}/x/${b}`)).toBe(true);
      }),
    );
  });
});

describe('arguments in headers', () => {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
    },
  };
  const params = paramHeadersOf(schema);
  const check = (args: object, headers: Record<string, string>) =>
    paramMismatch(params, args as never, (name) => headers[name]);

  it('are found at any depth', () => {
    expect(params.map(({ path, header }) => [path.join('.'), header])).toEqual([
      ['region', 'region'],
      ['deep.count', 'count'],
    ]);
  });

  it.each([
    [{ type: 'object', properties: { a: { type: 'object', 'x-mcp-header': 'A' } } }],
    [{ type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'with space' } } }],
    [{ type: 'object', 'x-mcp-header': 'Root' }],
    [
      {
        type: 'object',
        properties: {
          a: { type: 'string', 'x-mcp-header': 'A' },
          b: { type: 'string', 'x-mcp-header': 'a' },
        },
      },
    ],
  ])('are not taken from a schema that breaks the rules: %j', (broken) => {
    expect(paramHeadersOf(broken)).toEqual([]);
  });

  it('have to agree with the body', () => {
    expect(check({ region: 'eu' }, { region: 'eu' })).toBeUndefined();
    expect(check({ region: 'eu' }, { region: 'us' })).toContain('differ');
    expect(check({ region: 'eu' }, {})).toContain('absent');
    expect(check({ region: 'ü' }, { region: '=?base64?w7w=?=' })).toBeUndefined();
    expect(check({ region: 'ü' }, { region: '=?base64?w7w?=' })).toContain('Base64');
    expect(check({}, { region: 'eu' })).toBeUndefined();
    expect(check({ deep: { count: 42 } }, { count: '42.0' })).toBeUndefined();
    expect(check({ deep: { count: 42 } }, { count: '0x2a' })).toContain('differ');
  });

  it('decode every text that was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeHeaderValue(`=?base64?${Buffer.from(text).toString('base64')}?=`)).toBe(
          text.toWellFormed(),
        );
      }),
    );
  });
});

it('negotiates legacy revisions and weighs log levels', () => {
  expect([negotiateLegacy('2025-03-26'), negotiateLegacy('2026-07-28'), negotiateLegacy(7)]).toEqual([
    '2025-03-26',
    '2025-11-25',
    '2025-11-25',
  ]);
  expect([
    passesLevel('error', 'warning'),
    passesLevel('info', 'warning'),
    passesLevel('odd', 'warning'),
  ]).toEqual([true, false, true]);
});
