/** The stores over the real client and the real serving side, joined by a channel in memory. */
import { describe, expect, it, vi } from 'vitest';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import { type Channel, createChannelPair, serve } from '#shared/kernel/rpc/index.ts';
import { createCatalogFeature } from '../../../../src-renderer/features/catalog/index.ts';
import { createIdentityFeature } from '../../../../src-renderer/features/identity/index.ts';
import { createPeersFeature } from '../../../../src-renderer/features/peers/index.ts';
import { createServersFeature } from '../../../../src-renderer/features/servers/index.ts';
import { createNodeLink } from '../../../../src-renderer/platform/node-link.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createMemoryNode } from '#test/support/renderer/memory-node.ts';
import { busyWorld } from '#test/support/renderer/world.ts';

function connectedNode() {
  const node = createMemoryNode(busyWorld(clock.now()), { clock });
  const channels: Channel[] = [];
  const link = createNodeLink(
    async () => {
      const [here, there] = createChannelPair();
      channels.push(there);
      serve(contract, node.handlers, there, { version: CONTRACT_VERSION });
      return here;
    },
    { clock, random: createSeededRandom('stores') },
  );
  return { node, link, cut: () => channels.at(-1)?.close() };
}

describe('the stores', () => {
  it('mirror the node, and follow it after the connection was lost', async () => {
    const { node, link, cut } = connectedNode();
    const servers = createServersFeature(link);
    const peers = createPeersFeature(link);
    await vi.waitFor(() => expect(servers.store.getState().items).toHaveLength(4));
    await vi.waitFor(() => expect(servers.store.getState().shares.get('everything')).toBeDefined());
    await vi.waitFor(() => expect(peers.store.getState().value?.items).toHaveLength(5));

    await link.node['servers.stop']({ name: 'everything' });
    await vi.waitFor(() => expect(servers.store.getState().items?.[0]?.state).toBe('disabled'));

    cut();
    node.world.servers.pop();
    node.changed();
    await vi.waitFor(
      () => expect(servers.store.getState().items).toHaveLength(node.world.servers.length),
      5000,
    );
    expect(servers.store.getState().items?.[0]?.name).toBe('everything');

    await servers.close();
    await peers.close();
    link.close();
  });

  it('read the identity at every connection and take over what a command answers', async () => {
    const { node, link, cut } = connectedNode();
    const { store, close } = createIdentityFeature(link);
    await vi.waitFor(() => expect(store.getState().identity?.profile.displayName).toBe('Studio mini'));
    node.world.displayName = 'Renamed elsewhere';
    cut();
    await vi.waitFor(
      () => expect(store.getState().identity?.profile.displayName).toBe('Renamed elsewhere'),
      5000,
    );
    store.getState().set(await link.node['identity.setProfile']({ displayName: 'Renamed here' }));
    expect(store.getState().identity?.profile.displayName).toBe('Renamed here');
    await close();
    link.close();
  });

  it('count tools anew with every change', async () => {
    const { link } = connectedNode();
    const { store, close } = createCatalogFeature(link);
    await vi.waitFor(() => expect(store.getState().value?.pending).toBe(2));
    const before = store.getState().value?.revision ?? 0;
    const { items } = await link.node['tools.list']({ scope: 'all' });
    const waiting = items.find((tool) => tool.state === 'pending');
    await link.node['tools.approve']({ id: waiting?.id ?? '' });
    await vi.waitFor(() => expect(store.getState().value).toMatchObject({ pending: 1, catalog: 6 }));
    expect(store.getState().value?.revision).toBeGreaterThan(before);
    await close();
    link.close();
  });
});
