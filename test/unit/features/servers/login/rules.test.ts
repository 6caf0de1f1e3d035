import { issuerMetadataAddresses } from '#shared/features/servers/issuer-addresses.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayReach, reachOf } from '#main/features/servers/login/addresses.ts';
import { joinScopes, parseChallenge, scopesIn } from '#main/features/servers/login/challenge.ts';
import { describes, resourceMetadataAddresses } from '#main/features/servers/login/discovery.ts';
import { pageFor } from '#main/features/servers/login/way-back-page.ts';

describe('the challenge of a server', () => {
  it('is read from its header, whatever stands around it', () => {
    const header =
      'Basic realm="a, Bearer scope=\\"no\\"", Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="https://a.example/x", DPoP algs="ES256", error="no"';
    expect(parseChallenge('Bearer')).toEqual({});
    expect(parseChallenge(header.replace(/^Basic[^,]*, Bearer scope=[^,]*, /, ''))).toEqual({
      error: 'insufficient_scope',
      scopes: ['files:read', 'files:write'],
      resourceMetadata: 'https://a.example/x',
    });
    expect(parseChallenge('bearer scope=one')).toEqual({ scopes: ['one'] });
    expect(parseChallenge('Basic realm="x"')).toBeUndefined();
    expect(parseChallenge(undefined)).toBeUndefined();
    expect(parseChallenge(`Bearer scope="${'a '.repeat(8_192)}"`)).toBeUndefined();
  });

  it('never throws, and never gives a scope that could break out of its parameter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const scope of parseChallenge(`Bearer ${text}`)?.scopes ?? [])
          expect(scope).toMatch(/^[!#-[\]-~]+$/);
      }),
    );
  });

  it('asks for what was granted and what is wanted, once each, within bounds', () => {
    expect(joinScopes(['a', 'b'], undefined, ['b', 'c'])).toEqual(['a', 'b', 'c']);
    expect(scopesIn(Array.from({ length: 500 }, (_, index) => `s${index}`).join(' '))).toHaveLength(64);
  });
});

describe('where metadata is looked for', () => {
  const server = new URL('https://mcp.example.com/team/mcp');

  it('at the place the server names, if it is its own, else at the usual ones', () => {
    const usual = [
      'https://mcp.example.com/.well-known/oauth-protected-resource/team/mcp',
      'https://mcp.example.com/.well-known/oauth-protected-resource',
    ];
    expect(resourceMetadataAddresses(server, undefined)).toEqual(usual);
    expect(resourceMetadataAddresses(server, { resourceMetadata: 'https://mcp.example.com/meta' })).toEqual([
      'https://mcp.example.com/meta',
    ]);
    for (const foreign of [
      'https://evil.example/meta',
      'http://mcp.example.com/meta',
      'file:///etc/passwd',
      'x',
    ])
      expect(resourceMetadataAddresses(server, { resourceMetadata: foreign })).toEqual(usual);
  });

  it.each([
    ['https://mcp.example.com/team/mcp', true],
    ['https://mcp.example.com/team/mcp/', true],
    ['https://mcp.example.com/team', true],
    ['https://mcp.example.com', true],
    ['https://mcp.example.com/tea', false],
    ['https://mcp.example.com/team/mcp/admin', false],
    ['https://mcp.example.com/team/mcp#x', false],
    ['http://mcp.example.com/team/mcp', false],
    ['https://mcp.example.com.evil.example/team/mcp', false],
    ['nonsense', false],
  ])('%s describes it: %s', (resource, expected) => {
    expect(describes(resource, server)).toBe(expected);
  });

  it('for issuers with and without a path, in the order that MCP gives', () => {
    expect(issuerMetadataAddresses(new URL('https://auth.example.com/tenant1'))).toEqual([
      'https://auth.example.com/.well-known/oauth-authorization-server/tenant1',
      'https://auth.example.com/.well-known/openid-configuration/tenant1',
      'https://auth.example.com/tenant1/.well-known/openid-configuration',
    ]);
    expect(issuerMetadataAddresses(new URL('https://auth.example.com'))).toEqual([
      'https://auth.example.com/.well-known/oauth-authorization-server',
      'https://auth.example.com/.well-known/openid-configuration',
    ]);
  });
});

describe('which addresses a server may name', () => {
  it.each([
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1::1', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'private'],
    ['100.64.0.1', 'private'],
    ['0.0.0.0', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['not an address', 'private'],
    ['127.0.0.53', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
  ] as const)('%s is %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });

  it('one in the open sends us into no network of ours', () => {
    expect([
      mayReach('public', 'private'),
      mayReach('public', 'loopback'),
      mayReach('private', 'loopback'),
    ]).toEqual([false, false, false]);
    expect([
      mayReach('public', 'public'),
      mayReach('private', 'public'),
      mayReach('loopback', 'private'),
    ]).toEqual([true, true, true]);
  });
});

it('the page at the end speaks the language of the browser', () => {
  expect(pageFor('done', 'ar-EG,en;q=0.5')).toContain('dir="rtl"');
  expect(pageFor('failed', 'xx, ru')).toContain('Войти не удалось');
  expect(pageFor('ignored', undefined)).toContain('lang="en"');
});
