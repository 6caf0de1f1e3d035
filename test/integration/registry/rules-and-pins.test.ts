/** What the operator decides once, on a real network: rules let tools in, changes wait, pins hold. */
import { afterEach, describe, expect, it } from 'vitest';
import { ruleDraftSchema } from '#shared/features/registry/approval-rules.ts';
import { toolFilterSchema } from '#shared/features/registry/query.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import {
  echoTool,
  type MeshNode,
  type MeshNodeOptions,
  startMeshNode,
  testExchange,
  until,
} from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});
async function start(options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}

const target = { request: async () => ({ content: [{ type: 'text', text: 'hello' }] }) };
const reading: Tool = { ...echoTool, annotations: { readOnlyHint: true } };
const writing: Tool = { ...echoTool, name: 'write', annotations: { destructiveHint: true } };

/** B shares two tools with A, who is connected and has decided nothing. */
async function pair() {
  const b = await start({ targets: { echo: target } });
  b.addServer('echo', [reading, writing]);
  const a = await start({ bootstrap: [b.address()] });
  b.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [a.providerId] },
    confirmed: false,
    offered: [reading, writing],
  });
  await until(() => a.registry.list('network').length === 2);
  const state = (name: string) => a.registry.list('network').find((tool) => tool.name === name)?.state;
  const rule = ruleDraftSchema.parse({ provider: b.providerId, claims: ['readOnly'], action: 'approve' });
  return { a, b, state, rule };
}

describe('rules', () => {
  it('let in what a provider shares now and later, never a change', async () => {
    const { a, b, rule, state } = await pair();
    expect(a.registry.previewRule(rule, undefined)).toMatchObject({ approves: 1, sample: ['echo'] });
    a.registry.addRule(rule, undefined);
    expect([state('echo'), state('write')]).toEqual(['approved', 'pending']);
    const id = `${b.providerId}/echo/echo`;
    const { exchange } = testExchange();
    await expect(
      a.relay.callTool(id, { name: 'echo', arguments: { message: 'hi' } }, exchange),
    ).resolves.toMatchObject({ content: [{ text: 'hello' }] });

    b.addServer('echo', [reading, { ...reading, name: 'list' }, writing]);
    await until(() => state('list') === 'approved');

    b.addServer('echo', [{ ...reading, description: 'Other words' }, writing]);
    await until(() => state('echo') === 'changed');
    expect(a.registry.catalog()).toEqual([]);
    await expect(
      a.relay.callTool(id, { name: 'echo', arguments: { message: 'hi' } }, exchange),
    ).rejects.toMatchObject({ code: 'relay.tool_changed' });
    expect(a.registry.show(id).diff).toMatchObject([{ path: 'description' }]);
  });

  it('and decisions about many tools reach AI clients as one change', async () => {
    const { a, rule } = await pair();
    let told = 0;
    a.registry.on('catalogChanged', () => told++);
    a.registry.addRule(rule, undefined);
    const which = { filter: toolFilterSchema.parse({ state: 'pending' }) };
    const { count, digest } = await a.registry.previewDecision('approve', which);
    expect(count).toBe(1);
    const { undo } = await a.registry.decide('approve', which, digest);
    expect(told).toBe(2);
    expect(a.registry.catalog()).toHaveLength(2);
    a.registry.undo(undo);
    expect(a.registry.catalog()).toHaveLength(1);
  });
});

describe('a pin', () => {
  it('takes a changed tool out of the catalog, whatever a rule says, until it is settled', async () => {
    const { a, b, rule, state } = await pair();
    a.registry.addRule({ ...rule, coversChanges: true }, undefined);
    const id = `${b.providerId}/echo/echo`;
    a.registry.pin(id);
    b.addServer('echo', [{ ...reading, description: 'Other words' }, writing]);
    await until(() => state('echo') === 'changed');
    expect(a.registry.show(id)).toMatchObject({
      pin: { kind: 'fingerprint', holds: false },
      diff: [{ path: 'description' }],
      breaking: [],
    });
    expect(() => a.registry.approve(id)).toThrow(expect.objectContaining({ code: 'registry.pin_first' }));
    a.registry.unpin(id);
    expect(state('echo')).toBe('approved');
  });
});

describe('a window of the tools', () => {
  it('has what fits, how many there are, and no more than was asked for', async () => {
    const { a } = await pair();
    a.addServer('own', [echoTool]);
    const query = (text: string, limit = 10) =>
      a.registry.query({
        filter: toolFilterSchema.parse({ text }),
        sort: 'tool',
        descending: false,
        offset: 0,
        limit,
      });
    expect(await query('')).toMatchObject({
      total: 3,
      all: 3,
      counts: { scope: { all: 3, local: 1, network: 2, catalog: 1 }, state: { pending: 2, local: 1 } },
    });
    expect((await query('write')).items.map(({ name, reachable }) => [name, reachable])).toEqual([
      ['write', true],
    ]);
    expect((await query('', 0)).items).toEqual([]);
  });
});
