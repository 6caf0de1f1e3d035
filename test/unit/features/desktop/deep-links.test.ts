import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepLinkIn, MAX_DEEP_LINK, parseDeepLink } from '#shared/features/desktop/deep-links.ts';
import { readShortCode, shortLinkOf } from '#shared/features/p2p/short-code.ts';
import { toBase64Url, utf8 } from '#shared/kernel/bytes.ts';

const add = (value: unknown) => `toolswarm://add/${toBase64Url(utf8(JSON.stringify(value)))}`;
const reasonOf = (text: string) => {
  const parsed = parseDeepLink(text);
  return parsed.ok ? undefined : parsed.reason;
};

describe('links that join', () => {
  it('carry an invitation', () => {
    expect(parseDeepLink('toolswarm://join/AbC-123_x')).toEqual({
      ok: true,
      link: { kind: 'join', code: 'AbC-123_x' },
    });
  });

  it('carry an invitation in its short form, as a camera reads it from a picture', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), (bytes) => {
        const parsed = parseDeepLink(shortLinkOf(bytes));
        const code = parsed.ok && parsed.link.kind === 'join' ? parsed.link.code : '';
        expect(readShortCode(code)).toEqual(bytes);
      }),
    );
  });

  it('carry the address of a peer, encoded or not', () => {
    const address = '/ip4/192.0.2.1/tcp/7422/p2p/12D3KooWA';
    const expected = { ok: true, link: { kind: 'join', code: address } };
    expect(parseDeepLink(`toolswarm://join/${encodeURIComponent(address)}`)).toEqual(expected);
    expect(parseDeepLink(`toolswarm://join/${address}`)).toEqual(expected);
  });

  it('lose the slash that some systems append', () => {
    expect(parseDeepLink('TOOLSWARM://Join/code/')).toEqual({
      ok: true,
      link: { kind: 'join', code: 'code' },
    });
  });

  it.each(['', '%', '%20', 'a b', 'a"b', '%0a', '%E2%80%AE', "a'--flag"])(
    'with the code "%s" are refused',
    (code) => {
      expect(reasonOf(`toolswarm://join/${code}`)).toBe('bad_code');
    },
  );
});

describe('links that add a server', () => {
  it('carry a command', () => {
    const entry = { name: 'files', command: 'npx', args: ['-y', 'server-files'], env: { ROOT: '/srv' } };
    expect(parseDeepLink(add(entry))).toEqual({
      ok: true,
      link: {
        kind: 'add',
        server: {
          name: 'files',
          transport: { type: 'stdio', command: 'npx', args: ['-y', 'server-files'] },
          env: { ROOT: '/srv' },
        },
      },
    });
  });

  it('carry an address with headers', () => {
    const parsed = parseDeepLink(add({ url: 'https://mcp.example.org/mcp', headers: { 'X-Team': 'a' } }));
    expect(parsed).toMatchObject({
      ok: true,
      link: {
        server: { transport: { type: 'http', url: 'https://mcp.example.org/mcp' }, env: { 'X-Team': 'a' } },
      },
    });
  });

  it('carry the one entry of a client’s file', () => {
    const parsed = parseDeepLink(
      add({ mcpServers: { time: { command: 'uvx', args: ['mcp-server-time'] } } }),
    );
    expect(parsed).toMatchObject({ ok: true, link: { kind: 'add', server: { name: 'time' } } });
  });

  it('carry a server.json, or say where one is', () => {
    const document = {
      name: 'org.example/files',
      remotes: [{ type: 'streamable-http', url: 'https://a.example' }],
    };
    expect(parseDeepLink(add(document))).toMatchObject({ ok: true, link: { kind: 'describe' } });
    expect(parseDeepLink(`toolswarm://add/${encodeURIComponent('https://a.example/server.json')}`)).toEqual({
      ok: true,
      link: { kind: 'fetch', url: 'https://a.example/server.json' },
    });
  });

  it.each([
    ['http://a.example/server.json', 'bad_address'],
    ['file:///etc/passwd', 'bad_address'],
    ['javascript:alert(1)', 'bad_address'],
    ['https://user:pass@a.example/', 'bad_address'],
    ['https://a.example/\u202e', 'hidden_characters'],
  ])('do not lead to %s', (address, reason) => {
    expect(reasonOf(`toolswarm://add/${encodeURIComponent(address)}`)).toBe(reason);
  });

  it.each([
    [{}, 'bad_server'],
    [[], 'bad_server'],
    ['text', 'bad_server'],
    [{ command: 'a', url: 'https://a.example' }, 'bad_server'],
    [{ command: '' }, 'bad_server'],
    [{ command: 'a', sudo: true }, 'bad_server'],
    [{ command: 'a', args: [1] }, 'bad_server'],
    [{ url: 'file:///etc/passwd' }, 'bad_server'],
    [{ mcpServers: { a: { command: 'a' }, b: { command: 'b' } } }, 'bad_server'],
    [{ command: 'a', args: ['${env:HOME}'] }, 'placeholders'],
    [{ url: 'https://a.example/?k=${TOKEN}' }, 'placeholders'],
    [{ command: 'npx', args: ['good\u202etxt.exe'] }, 'hidden_characters'],
    [{ command: 'npx\u0007' }, 'hidden_characters'],
  ])('with %j are refused', (value, reason) => {
    expect(reasonOf(add(value))).toBe(reason);
  });

  it('see through escapes in JSON', () => {
    const hidden = toBase64Url(utf8('{"command":"npx","args":["\\u202e"]}'));
    expect(reasonOf(`toolswarm://add/${hidden}`)).toBe('hidden_characters');
  });

  it('must be encoded', () => {
    expect(reasonOf('toolswarm://add/')).toBe('bad_encoding');
    expect(reasonOf('toolswarm://add/{"command":"a"}')).toBe('bad_encoding');
    expect(reasonOf(`toolswarm://add/${toBase64Url(utf8('{'))}`)).toBe('bad_json');
  });
});

describe('links to packages', () => {
  const provider = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
  const link = `toolswarm:package/${provider}/files@1.4.0/${'a'.repeat(64)}?at=%2Fip4%2F192.0.2.1%2Ftcp%2F7422`;

  it('show what they name, with or without slashes', () => {
    const expected = {
      ok: true,
      link: { kind: 'show', path: `/packages/review/${encodeURIComponent(link)}` },
    };
    expect(parseDeepLink(link)).toEqual(expected);
    expect(parseDeepLink(link.replace('toolswarm:', 'toolswarm://'))).toEqual(expected);
    expect(parseDeepLink(`${link}&do=install`)).toEqual(expected);
  });

  it('are refused where they name nothing, or hide something', () => {
    expect(reasonOf('toolswarm:package/')).toBe('bad_package');
    expect(reasonOf(link.replace('files@', 'files'))).toBe('bad_package');
    expect(reasonOf(`${link}\u200b`)).toBe('hidden_characters');
  });
});

describe('any link', () => {
  it('to a place of the interface shows it, and leads nowhere else', () => {
    const pathOf = (text: string) => {
      const parsed = parseDeepLink(text);
      return parsed.ok && parsed.link.kind === 'show' ? parsed.link.path : undefined;
    };
    const id = 'z6Mk/notes/search@1.0#00';
    expect(pathOf(`toolswarm://tool/${encodeURIComponent(id)}`)).toBe(`/catalog/${encodeURIComponent(id)}`);
    expect(pathOf('toolswarm://server/files')).toBe('/servers/files');
    expect(pathOf('toolswarm://grants')).toBe('/access/grants');
    expect(pathOf('toolswarm://node/4G7K-2MQX-9RTD-W5BF')).toBe('/network/nodes/4G7K-2MQX-9RTD-W5BF');
    for (const bad of [
      'toolswarm://server/..',
      'toolswarm://node/%2e%2e',
      'toolswarm://tool/',
      'toolswarm://tool/%',
    ])
      expect(pathOf(bad)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.constantFrom('tool', 'server', 'grants', 'node'),
        fc.string({ maxLength: 60 }),
        (kind, rest) => {
          expect(pathOf(`toolswarm://${kind}/${rest}`) ?? '/').toMatch(
            /^\/(catalog\/[^/]+|servers\/[a-z0-9_-]+|access\/grants|network\/nodes\/[\w-]+)?$/,
          );
        },
      ),
    );
  });

  it('of another kind is unknown', () => {
    for (const text of [
      'toolswarm:',
      'toolswarm://',
      'toolswarm://open/x',
      'toolswarm://join',
      'https://join/x',
    ])
      expect(reasonOf(text)).toBe('unknown');
  });

  it('with a query or fragment is unknown', () => {
    expect(reasonOf('toolswarm://join/code?yes=1')).toBe('unknown');
    expect(reasonOf('toolswarm://join/code#x')).toBe('unknown');
  });

  it('that is too long is not read', () => {
    expect(reasonOf(`toolswarm://join/${'a'.repeat(MAX_DEEP_LINK)}`)).toBe('too_long');
  });

  it('is taken or refused, never thrown at', () => {
    const action = fc.constantFrom('join', 'add', 'open', '');
    fc.assert(
      fc.property(action, fc.string({ unit: 'binary', maxLength: 300 }), (name, rest) => {
        const parsed = parseDeepLink(`toolswarm://${name}/${rest}`);
        if (parsed.ok && parsed.link.kind === 'join') expect(parsed.link.code).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  it('that carries JSON adds exactly what it shows, or is refused', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const parsed = parseDeepLink(`toolswarm://add/${toBase64Url(utf8(json))}`);
        if (parsed.ok && parsed.link.kind === 'add') expect(JSON.stringify(parsed.link)).not.toContain('${');
      }),
    );
  });

  it('any command comes through unchanged', () => {
    const word = fc.stringMatching(/^[\x20-\x7e]{1,40}$/).filter((text) => !text.includes('${'));
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (command, args) => {
        expect(parseDeepLink(add({ command, args }))).toEqual({
          ok: true,
          link: { kind: 'add', server: { transport: { type: 'stdio', command, args }, env: {} } },
        });
      }),
    );
  });

  it('is found among the arguments of a start', () => {
    expect(deepLinkIn(['/opt/toolswarm', '--hidden', 'toolswarm://join/x'])).toBe('toolswarm://join/x');
    expect(deepLinkIn(['/opt/toolswarm', '--toolswarm://join/x'])).toBeUndefined();
  });
});
