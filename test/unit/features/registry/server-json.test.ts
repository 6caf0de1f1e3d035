import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describePackage,
  describeServer,
  LISTING_META,
  type ListedPackage,
  type ListedServer,
  mergeDescriptions,
  newestFirst,
} from '#shared/features/registry/server-json.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import '#test/support/properties.ts';
import { serverJsonSchema } from '#test/support/server-json.ts';

const provider = providerIdOf(new Uint8Array(32).fill(7));
const mcpUrl = 'http://127.0.0.1:7420/mcp';
const files: ListedServer = {
  provider,
  providerName: 'Ada',
  server: 'files',
  version: '1.2.0',
  title: 'Files',
  description: 'Reads and writes files.',
  tags: ['files'],
  tools: [
    { name: 'write', fingerprint: 'b'.repeat(64) },
    { name: 'read', fingerprint: 'a'.repeat(64) },
  ],
  nodes: 2,
  issuedAt: 1,
  private: false,
};
const packaged: ListedPackage = {
  provider,
  providerName: 'Ada',
  name: 'files',
  version: '1.2.0',
  title: 'Files',
  description: 'Reads and writes files.',
  link: `toolswarm:package/${provider}/files@1.2.0`,
  issuedAt: 2,
  private: false,
};

describe('a server as a registry describes it', () => {
  it('has a name that says whose it is, the endpoint of this node, and what we know beside it', () => {
    const { name, server } = describeServer(files, mcpUrl);
    expect(name).toBe(`io.toolswarm.${provider}/files`);
    expect(serverJsonSchema.parse(server)).toEqual(server);
    expect(server.remotes).toMatchObject([{ type: 'streamable-http', url: mcpUrl }]);
    expect(server._meta[LISTING_META]).toMatchObject({
      id: expect.stringMatching(new RegExp(`^${provider}/files@1.2.0#[0-9a-f]{64}$`)),
      provider,
      tools: ['read', 'write'],
      toolCount: 2,
      nodes: 2,
    });
  });

  it('has one fingerprint in whatever order the tools come, another where one changed', () => {
    const meta = (given: ListedServer) => describeServer(given, mcpUrl).server._meta[LISTING_META];
    const turned = { ...files, tools: [...files.tools].reverse() };
    expect(meta(turned)).toEqual(meta(files));
    const changed = { ...files, tools: [{ name: 'read', fingerprint: 'd'.repeat(64) }] };
    expect(meta(changed)).not.toMatchObject({
      fingerprint: (meta(files) as { fingerprint: string }).fingerprint,
    });
  });

  it('fits the schema whatever strangers wrote', () => {
    const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.string({ maxLength: 20 }));
    fc.assert(
      fc.property(words, words, words, words, (title, description, version, providerName) => {
        const given = { ...files, title, description, version: version.slice(0, 64), providerName };
        serverJsonSchema.parse(describeServer(given, mcpUrl).server);
        serverJsonSchema.parse(
          describePackage({ ...packaged, title, description, version, providerName }).server,
        );
      }),
    );
  });

  it('says what hides in a text no further', () => {
    const { server } = describeServer(
      { ...files, title: 'Fi\u202eles', description: 'a\u200bb\n c' },
      mcpUrl,
    );
    expect(server).toMatchObject({ title: 'Files', description: 'ab c' });
  });

  it.each(['latest', '^1.0.0', '1.x', '', '1 || 2', '>=2', '1.*', '../..'])(
    'takes “%s” for no version',
    (version) => {
      expect(describeServer({ ...files, version }, mcpUrl).version).toBe('0.0.0');
    },
  );

  it('is one with its package, which it can be run from', () => {
    const { server } = mergeDescriptions(describeServer(files, mcpUrl), describePackage(packaged));
    expect(serverJsonSchema.parse(server)).toEqual(server);
    expect(server.remotes).toHaveLength(1);
    expect(server.packages).toMatchObject([{ identifier: packaged.link }]);
    expect(server._meta[LISTING_META]).toMatchObject({ package: packaged.link, toolCount: 2 });
  });
});

it('orders semantic versions by what they are, others by their time, one way in whatever order they come', () => {
  const version = fc.constantFrom(
    '1.0.0',
    '1.10.0',
    '1.9.0',
    '2.0.0-beta.1',
    '2.0.0',
    '2.0.0+b',
    'v',
    'nightly',
    '7',
  );
  const item = fc.record({ version, issuedAt: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), (items) => {
      const key = (sorted: typeof items) => sorted.map((one) => `${one.version} ${one.issuedAt}`);
      expect(key([...items].reverse().sort(newestFirst))).toEqual(key([...items].sort(newestFirst)));
    }),
  );
  const sorted = ['nightly', '1.9.0', '1.10.0', '2.0.0-beta.1', '2.0.0'].map((text) => ({
    version: text,
    issuedAt: 0,
  }));
  expect(sorted.sort(newestFirst).map((one) => one.version)).toEqual([
    '2.0.0',
    '2.0.0-beta.1',
    '1.10.0',
    '1.9.0',
    'nightly',
  ]);
});
