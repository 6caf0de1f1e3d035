/** A package's whole life over real nodes: published, found, reviewed, installed, called, updated, gone back from. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';
import { type FolderWish, toolNamed, writePackage } from '#test/support/packages/folders.ts';

const context = { signal: new AbortController().signal } as never;

describe('a package', () => {
  const nodes: WholeNode[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'packages-'));
  });
  afterEach(async () => {
    for (const whole of nodes.splice(0)) await whole.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<WholeNode> {
    const whole = await startWholeNode();
    nodes.push(whole);
    return whole;
  }

  async function connect(a: WholeNode, b: WholeNode): Promise<void> {
    await a.node.handlers['peers.connect']({ address: b.node.ready().addresses[0] ?? '' }, context);
  }

  async function publish(
    { node }: WholeNode,
    wish: FolderWish = {},
    more: { channel?: 'stable' | 'beta'; notes?: string } = {},
  ) {
    const path = await writePackage(join(folder, `${wish.name ?? 'files'}-${wish.version ?? '1.0.0'}`), wish);
    return node.handlers['packages.publish']({ path, channel: 'stable', notes: '', ...more }, context);
  }

  const search = async ({ node }: WholeNode, text = '') =>
    (await node.handlers['packages.search']({ text, limit: 50, runnable: false }, context)).items;
  const review = ({ node }: WholeNode, what: string) =>
    node.handlers['packages.review']({ what, channel: 'stable' }, context);
  const install = ({ node }: WholeNode, release: string, more: object = {}) =>
    node.handlers['packages.install'](
      { release, settings: {}, secretValues: {}, acceptStale: false, acceptFetchedCode: false, ...more },
      context,
    );
  const heard = (whole: WholeNode, version: string) =>
    until(async () => (await search(whole)).some((one) => one.version === version));
  async function call({ node }: WholeNode, name: string, args: object = {}) {
    const { result } = (await node.handlers['tools.call'](
      { id: name, arguments: args, timeoutMs: 20_000 } as never,
      context,
    )) as { result: { content: Array<{ text: string }> } };
    return JSON.parse(result.content[0]?.text ?? '{}') as Record<string, unknown>;
  }

  it('is published by one, found, reviewed, installed and called by another', async () => {
    const [a, b] = [await start(), await start()];
    await connect(b, a);
    const published = await publish(
      a,
      { tools: [toolNamed('echo'), toolNamed('list')] },
      { notes: 'The first' },
    );
    await heard(b, '1.0.0');
    expect(await search(b, 'files everybody')).toMatchObject([
      {
        id: published.id,
        version: '1.0.0',
        tools: 2,
        runsHere: true,
        warnings: [],
      },
    ]);
    const looked = await review(b, published.id);
    expect(looked).toMatchObject({
      release: published.release,
      notes: 'The first',
      cid: published.cid,
      tools: [
        { name: 'echo', change: 'new' },
        { name: 'list', change: 'new' },
      ],
      permissions: { hosts: [], read: [], write: [] },
    });
    expect(looked.requirements.every(({ met }) => met)).toBe(true);
    const installed = await install(b, looked.release);
    expect(installed).toMatchObject({ id: published.id, server: 'files', version: '1.0.0', generation: 1 });
    expect(await call(b, 'files_echo', { text: 'hello' })).toMatchObject({ version: '1.0.0', text: 'hello' });
  });
});
