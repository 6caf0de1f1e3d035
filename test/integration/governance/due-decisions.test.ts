/** A whole node asks its operator for what is due about the protocol, until he said it. */
import { afterEach, expect, it } from 'vitest';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';

const context = () => ({ signal: new AbortController().signal }) as never;
let whole: WholeNode | undefined;
afterEach(async () => {
  await whole?.stop();
  whole = undefined;
});

/** What waits for the operator about the protocol now. */
async function due({ node }: WholeNode): Promise<string[]> {
  const items = node.handlers['node.attention']({}, context());
  for await (const state of items as AsyncIterable<{ items: Array<{ kind: string; subject?: string }> }>)
    return state.items
      .filter(({ kind }) => kind.startsWith('governance.'))
      .map(({ kind, subject }) => `${kind} ${subject}`);
  return [];
}

it('a proposal that nothing was said to is due; a vote or a veto settles it; nothing happens by itself', async () => {
  whole = await startWholeNode();
  const { handlers } = whole.node;
  expect(await due(whole)).toEqual([]);
  const wanted = { class: 'feature', specUrl: '', specHash: '5e'.repeat(32), text: '' } as const;
  const proposed = await handlers['governance.propose']({ ...wanted, feature: 'texts-along/1' }, context());
  expect(await due(whole)).toEqual(['governance.vote texts-along/1']);
  await handlers['governance.vote']({ id: proposed.id, vote: 'abstain' }, context());
  expect(await due(whole)).toEqual([]);
  await handlers['governance.vote']({ id: proposed.id, vote: null }, context());
  expect(await due(whole)).toEqual(['governance.vote texts-along/1']);
  await handlers['governance.override']({ feature: 'texts-along/1', choice: 'never' }, context());
  expect(await due(whole)).toEqual([]);
  const shown = await handlers['governance.show']({}, context());
  expect(shown.automatic).toBe(false);
  expect(shown.features.find(({ name }) => name === 'texts-along/1')).toMatchObject({
    activation: 'decided',
    active: false,
  });
});
