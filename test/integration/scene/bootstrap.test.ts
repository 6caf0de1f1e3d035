/** Nodes that met through a bootstrap node need it no more: whole daemons, killed and started again. */
import { afterEach, expect, it } from 'vitest';
import { createDaemons, type Daemon, eventually } from '#test/support/daemon.ts';

const daemons = createDaemons();
afterEach(() => daemons.close());

/** Who keeps a part of the index is found in it. */
const env = { TOOLSWARM_P2P_DHT_SERVER: 'true' };

interface Peer {
  peerId: string;
  connected: boolean;
}

const meets = (one: Daemon, other: Daemon) =>
  eventually(async () => {
    const { items } = await one.command<{ items: Peer[] }>('peers', 'list');
    return items.find(({ connected, peerId }) => connected && peerId === other.ready.peerId);
  });

it('finds those whom it met once, though the node that brought them together is gone', async () => {
  const hub = await daemons.start({ env });
  const bootstrap = [hub.ready.addresses[0] as string];
  const [a, b] = [await daemons.start({ bootstrap, env }), await daemons.start({ bootstrap, env })];
  await meets(a, hub);
  await meets(b, hub);
  await meets(a, b);
  await hub.kill();
  const ports = [a, b].map(({ ready }) => ready.addresses[0]?.replace(/\/p2p\/.*/, ''));
  await a.stop();
  await b.stop();
  const again = await Promise.all(
    [a, b].map(({ dataDir }, index) =>
      daemons.start({ dataDir, bootstrap, env, args: ['--listen', ports[index] as string] }),
    ),
  );
  const [first, second] = again as [Daemon, Daemon];
  expect([first.ready.peerId, second.ready.peerId]).toEqual([a.ready.peerId, b.ready.peerId]);
  await meets(first, second);
});
