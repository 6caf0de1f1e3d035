/** A whole node is browsed as a registry, by the reader of registries of another program, once its operator wants it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { centralMigrations, createCentral } from '#main/features/registry/index.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { type HostedNode, hostNode } from '#main/shells/headless/host.ts';
import { listedName } from '#shared/features/registry/server-json.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';
import { serverJsonSchema } from '#test/support/server-json.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-test-'));
const context = { signal: new AbortController().signal } as never;
let peer: MeshNode | undefined;
let hosted: HostedNode | undefined;

afterEach(async () => {
  await hosted?.stop();
  await peer?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('lists what the node sees, with its own endpoint as the way there', async () => {
  peer = await startMeshNode();
  peer.addServer('echo', [echoTool]);
  peer.access.share({ server: 'echo', audience: { kind: 'everyone' }, confirmed: true, offered: [echoTool] });
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const options = {
    dataDir,
    listen,
    bootstrap: [peer.address()],
    mcpPort: 0,
    webPort: 0,
    mdns: false,
    env: {},
  };
  hosted = await hostNode(options);
  const { handlers, ready } = hosted;
  const { origin } = new URL(ready.webUrl);
  expect((await fetch(`${origin}/v0.1/servers`)).status).toBe(404);
  await handlers['settings.set']({ key: 'discovery.serve', value: true }, context);

  const db = memoryDatabase(centralMigrations);
  const board = createTaskBoard({ clock, newId: () => 'one' });
  const central = createCentral({ db, clock, tasks: board }, { url: () => origin }).handlers;
  const name = listedName(peer.providerId, 'echo');
  const found = await until(async () => {
    await central['central.sync']({ olderThanMs: 0 }, context);
    const { items } = await central['central.list']({ text: name, offset: 0, limit: 10 }, context);
    return items[0];
  });
  expect(found).toMatchObject({ name, kinds: ['remote'] });
  const { serverJson } = await central['central.show']({ name }, context);
  const described = serverJsonSchema.parse(JSON.parse(serverJson));
  expect(described.remotes).toMatchObject([{ url: ready.mcpUrl }]);
  board.close();
  db.close();
});
