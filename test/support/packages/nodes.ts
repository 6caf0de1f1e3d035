/** Whole nodes that publish packages and install each other's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';
import { type FolderWish, writePackage } from './folders.ts';

export const context = { signal: new AbortController().signal } as never;

/** The code of a fault, or nothing where there is none. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return '';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

export async function createPackageNodes() {
  const folder = await mkdtemp(join(tmpdir(), 'packages-'));
  const nodes: WholeNode[] = [];

  async function start(): Promise<WholeNode> {
    const whole = await startWholeNode();
    nodes.push(whole);
    return whole;
  }

  async function publish({ node }: WholeNode, wish: FolderWish = {}) {
    const path = await writePackage(join(folder, `${wish.name ?? 'files'}-${wish.version ?? '1.0.0'}`), wish);
    return node.handlers['packages.publish'](
      { path, channel: 'stable', notes: '', settings: {}, secretValues: {} },
      context,
    );
  }

  const review = ({ node }: WholeNode, what: string) =>
    node.handlers['packages.review']({ what, channel: 'stable' }, context);
  const install = ({ node }: WholeNode, release: string, more: object = {}) =>
    node.handlers['packages.install'](
      { release, settings: {}, secretValues: {}, acceptStale: false, acceptFetchedCode: false, ...more },
      context,
    );

  return {
    folder,
    start,
    publish,
    review,
    install,
    /** Two nodes, of which the second knows the first. */
    async pair(): Promise<[WholeNode, WholeNode]> {
      const [a, b] = [await start(), await start()];
      await b.node.handlers['peers.connect']({ address: a.node.ready().addresses[0] ?? '' }, context);
      return [a, b];
    },
    heard: ({ node }: WholeNode, version: string) =>
      until(async () => {
        const { items } = await node.handlers['packages.search'](
          { text: '', limit: 50, runnable: false },
          context,
        );
        return items.some((one) => one.version === version);
      }),
    async stop(whole: WholeNode) {
      nodes.splice(nodes.indexOf(whole), 1);
      await whole.stop();
    },
    async close() {
      for (const whole of nodes.splice(0)) await whole.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type PackageNodes = Awaited<ReturnType<typeof createPackageNodes>>;
