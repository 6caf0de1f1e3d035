/** Sharing paused and resumed between whole nodes: peers are refused and told, own clients notice nothing, all heals. */
import { afterEach, describe, expect, it } from 'vitest';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;
const nodes: WholeNode[] = [];
afterEach(async () => {
  for (const whole of nodes.splice(0)) await whole.stop();
});

/** B shares a real server with everyone; A is connected and has approved its `get-sum`. */
async function pair() {
  const [a, b] = [await startWholeNode(), await startWholeNode()];
  nodes.push(a, b);
  await b.addServer('everything', 'node_modules/@modelcontextprotocol/server-everything/dist/index.js', [
    'stdio',
  ]);
  await b.node.handlers['servers.start']({ name: 'everything' }, context);
  await b.node.handlers['servers.share'](
    { name: 'everything', audience: { kind: 'everyone' }, confirmed: true },
    context,
  );
  const [address = ''] = b.node.ready().addresses;
  await a.node.handlers['peers.connect']({ address }, context);
  const tool = await until(() => remote(a));
  await a.node.handlers['tools.approve']({ id: tool.id }, context);
  return { a, b, id: tool.id };
}

const remote = async ({ node }: WholeNode) =>
  (await node.handlers['tools.list']({ scope: 'network', limit: 100 }, context)).items.find(
    ({ name }) => name === 'get-sum',
  );
const call = ({ node }: WholeNode, id: string) =>
  Promise.resolve(node.handlers['tools.call']({ id, arguments: { a: 2, b: 3 }, timeoutMs: 20_000 }, context));

describe('a node that pauses sharing', () => {
  it('refuses peers with the documented code, is shown as not reachable, and heals when it resumes', async () => {
    const { a, b, id } = await pair();
    expect(JSON.stringify(await call(a, id))).toContain('5');

    await b.node.handlers['node.pauseSharing']({}, context);
    await until(async () => (await remote(a))?.reachable === false);
    expect((await remote(a))?.state).toBe('approved');
    await expect(call(a, id)).rejects.toMatchObject({ code: 'relay.paused', retryable: true });

    const own = (await b.node.handlers['tools.list']({ scope: 'local', limit: 100 }, context)).items;
    const mine = own.find(({ name }) => name === 'get-sum');
    expect(mine?.reachable).toBe(true);
    expect(JSON.stringify(await call(b, mine?.id ?? ''))).toContain('5');

    await b.node.handlers['node.resumeSharing']({}, context);
    await until(async () => (await remote(a))?.reachable === true);
    expect(JSON.stringify(await call(a, id))).toContain('5');
  });

  it('is still paused after a restart, and says so to whoever connects', async () => {
    const { a, b, id } = await pair();
    await b.node.handlers['node.pauseSharing']({}, context);
    await b.restart();
    const [address = ''] = b.node.ready().addresses;
    await a.node.handlers['peers.connect']({ address }, context);
    await until(async () => (await remote(a))?.reachable === false);
    await expect(call(a, id)).rejects.toMatchObject({ code: 'relay.paused' });
  });
});
