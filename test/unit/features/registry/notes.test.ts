import { describe, expect, it } from 'vitest';
import { describeTools, notesOf } from '#main/features/registry/publisher.ts';
import { encodeManifest, readManifest } from '#shared/features/registry/manifest.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';

const tools = ['read', 'write', 'secret'].map((name) => ({ name, inputSchema: { type: 'object' } }));
const local = {
  offers: { serverInfo: { name: 'it', version: '1' }, tools } as unknown as ServerOffers,
  tags: [],
};

describe('what an operator says of his tools', () => {
  const share = {
    category: 'Files',
    overrides: {
      read: { note: 'Fast', tags: ['disk'], audience: { kind: 'known' as const } },
      secret: { note: 'not for you', audience: { kind: 'nobody' as const } },
    },
  };

  it('travels beside the tools: their fingerprints stay, and nobody hears of what is shared with nobody', () => {
    const { manifest } = describeTools('it', share, local);
    const read = readManifest(manifest.bytes);
    expect(read.tools.map(({ name }) => name)).toEqual(['read', 'write']);
    expect(read.tools.map(fingerprintOf)).toEqual(tools.slice(0, 2).map(fingerprintOf));
    expect(read.notes).toEqual({ category: 'Files', tools: { read: { note: 'Fast', tags: ['disk'] } } });
    expect(JSON.stringify(read)).not.toContain('not for you');
    expect(JSON.stringify(read)).not.toContain('known');
  });

  it('a share without words has the manifest that it always had', () => {
    const plain = encodeManifest({ format: 'toolswarm-manifest/1', server: 'it', version: '1', tools });
    expect(describeTools('it', { overrides: {} }, local).manifest.hash).toEqual(plain.hash);
    expect(notesOf(undefined, tools)).toBeUndefined();
  });

  it('words that make no sense cost the words, not the tools', () => {
    const bytes = utf8(
      JSON.stringify({ format: 'toolswarm-manifest/1', server: 'it', version: '1', tools, notes: 7 }),
    );
    expect(readManifest(bytes)).toMatchObject({ tools, notes: undefined });
  });
});
