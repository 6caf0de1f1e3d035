import fc from 'fast-check';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { META_TOOLS } from '#shared/features/clients/budget.ts';
import { toolSchema } from '#shared/features/registry/tool.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { listedBytes } from '#main/features/endpoint/catalog/cost.ts';
import { metaTools } from '#main/features/endpoint/catalog/meta/definitions.ts';
import { nearNames } from '#main/features/endpoint/catalog/meta/near.ts';
import { createView } from '#main/features/endpoint/catalog/view.ts';
import type { CatalogTool, Profile } from '#main/features/endpoint/index.ts';

const toolOf = (name: string, more: Partial<CatalogTool> = {}): CatalogTool => ({
  name,
  tool: { name: 'own', description: 'Reads “ä” and 木.', inputSchema: { type: 'object' } },
  server: 's',
  id: `p/s/${name}@1#f`,
  ...more,
});

const viewOf = (tools: CatalogTool[], profile: Partial<Profile> = {}) =>
  createView(
    { name: 'default', prefix: true, ...profile },
    { tools, servers: [], find: async () => [] },
    { pageItems: 1_000, serverInfo: {} },
  );

describe('the tools for finding tools', () => {
  it('are tools by MCP, with schemas that hold', () => {
    const ajv = new Ajv2020({ strict: true });
    for (const name of META_TOOLS) {
      const tool = toolSchema.parse(metaTools[name]);
      expect(tool.name).toBe(name);
      expect(ajv.validateSchema(tool.inputSchema)).toBe(true);
      if (tool.outputSchema) expect(ajv.validateSchema(tool.outputSchema)).toBe(true);
    }
  });

  it('give way to a tool that had such a name before, as long as all tools are listed', () => {
    const old = toolOf('find_tools');
    const full = viewOf([old]);
    expect(full.meta('find_tools')).toBeUndefined();
    expect(full.tool('find_tools')).toBe(old);
    expect(full.meta('call_tool')).toBe('call_tool');
    const searched = viewOf([old], { catalog: 'search', alwaysListed: ['find_tools'] });
    expect(searched.meta('find_tools')).toBe('find_tools');
    expect(searched.tools.get('find_tools')).toBe(old);
    expect(searched.listing.alwaysListed).toEqual([]);
  });

  it('stand before favourites and what the profile always lists', () => {
    const tools = [toolOf('a', { favourite: true }), toolOf('b'), toolOf('c')];
    const view = viewOf(tools, { catalog: 'search', alwaysListed: [tools[2]?.id ?? ''] });
    expect(view.listing.alwaysListed).toEqual(['a', 'c']);
    const listed = JSON.parse(view.list('tools', 'modern').page(undefined).toString()) as JsonObject;
    expect((listed['tools'] as JsonObject[]).map((tool) => tool['name'])).toEqual([...META_TOOLS, 'a', 'c']);
  });
});

describe('what a list costs', () => {
  it('is counted as it is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 8 }), (names) => {
        const tools = [...new Set(names)].map((name) => toolOf(name));
        const sent = tools.map(({ name, tool }) => ({ ...tool, name }));
        const sum = tools.reduce((bytes, { name, tool }) => bytes + listedBytes(tool, name), 0);
        expect(sum).toBe(Buffer.byteLength(JSON.stringify(sent)) - (sent.length > 0 ? 1 : 2));
      }),
    );
  });
});

describe('near names', () => {
  const names = ['files_read_file', 'files_write_file', 'github_create_issue', 'a'];
  it.each([
    ['files_readfile', ['files_read_file', 'files_write_file']],
    ['create-issue', ['github_create_issue']],
    ['GITHUB_CREATE_ISSUE', ['github_create_issue']],
    ['', []],
    ['zzzz', []],
  ])('of %j are %j', (wanted, near) => expect(nearNames(wanted, names)).toEqual(near));

  it('are never more than three, and hold the name itself first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{2,12}$/), { minLength: 1 }), (all) => {
        const near = nearNames(all[0] as string, all);
        expect(near.length).toBeLessThanOrEqual(3);
        expect(near).toContain(all[0]);
      }),
    );
  });
});
