/** Searching on a real node, with the index in its own thread. */
import { afterEach, describe, expect, it } from 'vitest';
import { toolFilterSchema, type ToolSort } from '#shared/features/registry/query.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { type MeshNode, startMeshNode } from '#test/support/mesh-node.ts';

let node: MeshNode;
afterEach(() => node.stop());

const tool = (name: string, description: string, part: Partial<Tool> = {}): Tool => ({
  inputSchema: { type: 'object' },
  name,
  description,
  ...part,
});

async function start(): Promise<MeshNode> {
  node = await startMeshNode({});
  node.addServer('mail', [
    tool('send_message', 'Sends an email', { annotations: { destructiveHint: true } }),
    tool('list_messages', 'Lists what is in the inbox', { annotations: { readOnlyHint: true } }),
  ]);
  node.addServer('disk', [
    tool('read_file', 'Reads a text', { annotations: { readOnlyHint: true } }),
    tool('delete_folder', 'Removes a directory', { annotations: { destructiveHint: true } }),
  ]);
  return node;
}

const names = async (text: string) => (await node.registry.search(text, 10)).map(({ name }) => name);

describe('a search', () => {
  it('finds by meaning, slips and beginnings, and sees at once what came and went', async () => {
    await start();
    expect(await names('open a document')).toEqual(['read_file']);
    expect((await names('mesage'))[0]).toMatch(/message/);
    expect((await names('delet dir'))[0]).toBe('delete_folder');
    node.addServer('maps', [tool('geocode', 'Coordinates of an address')]);
    expect(await names('coordinates')).toEqual(['geocode']);
    node.registry.removeLocalServer('maps');
    expect(await names('coordinates')).toEqual([]);
  });

  it('keeps to filters, phrases and exclusions, and tells what it understood', async () => {
    await start();
    expect(await names('message readonly:yes')).toEqual(['list_messages']);
    expect(await names('server:disk')).toEqual(expect.arrayContaining(['read_file', 'delete_folder']));
    expect(await names('server:disk -delete')).toEqual(['read_file']);
    expect(await names('"in the inbox"')).toEqual(['list_messages']);
    expect(await names('messages -inbox')).toEqual(['send_message']);
    const { understood } = await node.registry.ask('tag:x price<5 colour:red', 10);
    expect(understood.filters.map(({ source }) => source)).toEqual(['tag:x']);
    expect(understood.notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['not_known_yet', 'unknown_filter']),
    );
  });

  it('that asks for nothing finds nothing', async () => {
    await start();
    expect(await names('')).toEqual([]);
    expect(await names('?!')).toEqual([]);
  });
});

describe('a window of the tools', () => {
  const window = (text: string, part: { sort?: ToolSort; claim?: 'readOnly' } = {}) => {
    const { sort, ...filter } = part;
    return node.registry.query({
      filter: toolFilterSchema.parse({ text, ...filter }),
      sort,
      descending: false,
      offset: 0,
      limit: 10,
    });
  };

  it('is in the order of relevance unless another was chosen, with counts of what fits', async () => {
    await start();
    const found = await window('messages');
    expect(found.items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['send_message', 'list_messages']),
    );
    expect(found).toMatchObject({
      total: 2,
      all: 4,
      counts: { scope: { local: 2 }, claim: { readOnly: 1, destructive: 1 } },
    });
    expect(found.understood?.marks).toContain('messag');
    const sorted = await window('messages', { sort: 'tool' });
    expect(sorted.items.map(({ name }) => name)).toEqual(['list_messages', 'send_message']);
    expect((await window('messages', { claim: 'readOnly' })).total).toBe(1);
    expect((await window('')).understood).toBeUndefined();
  });

  it('means the same tools when they are decided about', async () => {
    await start();
    const filter = toolFilterSchema.parse({ text: 'messages' });
    const { left } = await node.registry.previewDecision('reject', { filter });
    expect(left.local).toBe(2);
  });
});
