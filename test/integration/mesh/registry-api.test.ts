/** A node browses, as a registry, what another node sees of a third one's servers. */
import { afterEach, expect, it } from 'vitest';
import { createRegistryListing } from '#main/node/registry-listing.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { LISTING_META } from '#shared/features/registry/server-json.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';
import { serverJsonSchema } from '#test/support/server-json.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function start(...bootstrap: string[]): Promise<MeshNode> {
  const node = await startMeshNode({ bootstrap });
  nodes.push(node);
  return node;
}

it('lists the servers of others, those for everyone apart from those for few, and not its own', async () => {
  const b = await start();
  b.addServer('echo', [echoTool]);
  b.addServer('inner', [echoTool]);
  const a = await start(b.address());
  a.addServer('own', [echoTool]);
  b.access.share({ server: 'echo', audience: { kind: 'everyone' }, confirmed: true, offered: [echoTool] });
  b.access.share({
    server: 'inner',
    audience: { kind: 'providers', providers: [a.providerId] },
    confirmed: false,
    offered: [echoTool],
  });
  await until(() => (a.registry.servers().length === 2 ? true : undefined));
  const listing = createRegistryListing({
    servers: a.registry.servers,
    mcpUrl: () => 'http://127.0.0.1:7420/mcp',
    clock,
  });
  const [echo, inner] = listing.versions();
  expect(listing.versions()).toHaveLength(2);
  expect(echo).toMatchObject({ name: `io.toolswarm.${b.providerId}/echo`, private: false, isLatest: true });
  expect(inner).toMatchObject({ name: `io.toolswarm.${b.providerId}/inner`, private: true });
  expect(serverJsonSchema.parse(echo?.server)._meta?.[LISTING_META]).toMatchObject({
    provider: b.providerId,
    tools: ['echo'],
  });
});
