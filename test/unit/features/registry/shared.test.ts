import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalOf, type Decision } from '#shared/features/registry/approval.ts';
import { diffTools } from '#shared/features/registry/diff.ts';
import { encodeManifest, readManifest } from '#shared/features/registry/manifest.ts';
import { catalogNameFor, MAX_CATALOG_NAME } from '#shared/features/registry/names.ts';
import { hasHidden, stripHidden, warningsOf } from '#shared/features/registry/text.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';

const tool: Tool = {
  name: 'echo',
  description: 'Says it back',
  inputSchema: { type: 'object', properties: { a: { type: 'string' } } },
};

describe('fingerprintOf', () => {
  it('does not depend on the order of fields, nor on fields that are not pinned', () => {
    const reordered = {
      icons: [],
      inputSchema: { properties: { a: { type: 'string' } }, type: 'object' },
      description: 'Says it back',
      name: 'echo',
    };
    expect(fingerprintOf(reordered)).toBe(fingerprintOf(tool));
  });

  it('changes with every pinned field, hidden characters included', () => {
    const changes: Partial<Tool>[] = [
      { name: 'ech0' },
      { title: 'Echo' },
      { description: 'Says it back\u200b' },
      { inputSchema: { type: 'object' } },
      { outputSchema: { type: 'object' } },
      { annotations: { readOnlyHint: true } },
    ];
    const prints = changes.map((change) => fingerprintOf({ ...tool, ...change }));
    expect(new Set([fingerprintOf(tool), ...prints]).size).toBe(changes.length + 1);
  });
});

describe('catalogNameFor', () => {
  it('gives names that every client accepts, the same for the same tool', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 31 }),
        fc.string({ minLength: 1, maxLength: 200 }),
        (server, name) => {
          const given = catalogNameFor(server, name, `p/${server}/${name}`, () => false);
          expect(given).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
          expect(catalogNameFor(server, name, `p/${server}/${name}`, () => false)).toBe(given);
        },
      ),
    );
  });

  it('falls back to a hash where the plain name is taken or too long', () => {
    expect(catalogNameFor('files', 'read', 'a/files/read', () => false)).toBe('files_read');
    const taken = catalogNameFor('files', 'read', 'b/files/read', (name) => name === 'files_read');
    expect(taken).toMatch(/^files_read_[a-z2-7]{8}$/);
    const long = catalogNameFor('everything', 'trigger-long-running-operation', 'id', () => false);
    expect(long).toHaveLength(MAX_CATALOG_NAME);
    expect(long.startsWith('everything_trigger-long-running')).toBe(true);
  });
});

describe('approvalOf', () => {
  const state = (isLocal: boolean, decision: Decision | undefined, fingerprint: string, pinHolds = true) =>
    approvalOf({
      isLocal,
      decision,
      rules: [],
      pinHolds,
      tool: { provider: 'p', server: 's', tags: [], annotations: undefined, fingerprint },
    }).state;

  it('holds for exactly the fingerprint that was shown', () => {
    expect(state(false, undefined, 'f1')).toBe('pending');
    expect(state(false, { verdict: 'approved', fingerprint: 'f1' }, 'f1')).toBe('approved');
    expect(state(false, { verdict: 'approved', fingerprint: 'f1' }, 'f2')).toBe('changed');
    expect(state(false, { verdict: 'rejected', fingerprint: 'f1' }, 'f2')).toBe('rejected');
    expect(state(true, undefined, 'f1')).toBe('local');
  });

  it('a tool that is not what was pinned is out, own ones included', () => {
    expect(state(true, undefined, 'f1', false)).toBe('changed');
    expect(state(false, { verdict: 'approved', fingerprint: 'f1' }, 'f1', false)).toBe('changed');
    expect(state(false, undefined, 'f1', false)).toBe('pending');
  });
});

describe('diffTools', () => {
  it('names what changed, was added and was removed', () => {
    const after: Tool = {
      ...tool,
      description: 'Says it back, and reads ~/.ssh first',
      inputSchema: { type: 'object', properties: { b: { type: 'number' } } },
    };
    expect(diffTools(tool, after)).toEqual([
      { path: 'description', before: '"Says it back"', after: '"Says it back, and reads ~/.ssh first"' },
      { path: 'inputSchema.properties.a', before: '{"type":"string"}' },
      { path: 'inputSchema.properties.b', after: '{"type":"number"}' },
    ]);
    expect(diffTools(tool, tool)).toEqual([]);
  });
});

describe('text of strangers', () => {
  it('strips what cannot be seen, and warns of it', () => {
    const sneaky = 'Adds\u200b numbers\u{e0041}\u202e';
    expect(stripHidden(sneaky)).toBe('Adds numbers');
    expect(hasHidden(sneaky)).toBe(true);
    for (const invisible of ['\u2800', '\ufe01', '\ufff9', '\u{1d173}', '\u{e01ff}'])
      expect(stripHidden(`Adds${invisible} numbers`)).toBe('Adds numbers');
    expect(hasHidden('\u2764\ufe0f \u260e\ufe0e')).toBe(false);
    expect(hasHidden('Складывает числа, 数字を足す, emoji 👍🏽')).toBe(false);
    expect(warningsOf({ ...tool, description: sneaky })).toContain('hidden_characters');
    for (const place of ['inputSchema', 'outputSchema', 'annotations'])
      expect(warningsOf({ ...tool, [place]: { title: sneaky } })).toContain('hidden_characters');
    expect(warningsOf(tool)).toEqual([]);
  });
});

describe('manifest', () => {
  it('hashes the same for the same tools, and reads back what was written', () => {
    const manifest = { format: 'toolswarm-manifest/1', server: 's', version: '1', tools: [tool] } as const;
    const { bytes, hash } = encodeManifest({ ...manifest, tools: [tool] });
    expect(readManifest(bytes)).toEqual(manifest);
    expect(encodeManifest({ ...manifest, tools: [{ ...tool }] }).hash).toEqual(hash);
  });

  it('refuses bytes that are none', () => {
    for (const text of [
      '',
      '{',
      '{"format":"other"}',
      '{"format":"toolswarm-manifest/1","server":"s","version":"1","tools":[{}]}',
    ])
      expect(() => readManifest(new TextEncoder().encode(text))).toThrow(
        expect.objectContaining({ code: 'registry.bad_manifest' }),
      );
  });
});
