import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createNode, type Node } from '#main/node/create-node.ts';
import { keepCompany, residentMib } from '#test/support/company.ts';
import { createDaemons } from '#test/support/daemon.ts';
import type { MeshNode } from '#test/support/mesh-node.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-test-'));
let node: Node | undefined;

afterEach(async () => {
  await node?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('does nothing for others with a small footprint, whatever its settings say', async () => {
  const env = {
    TOOLSWARM_P2P_DHT_SERVER: 'true',
    TOOLSWARM_P2P_MAX_CONNECTIONS: '200',
    TOOLSWARM_P2P_RELAY_SERVE: 'on',
    TOOLSWARM_P2P_WEBRTC: 'true',
    TOOLSWARM_P2P_PORT_MAPPING: 'true',
  };
  node = await createNode({ dataDir, env, footprint: 'small' });
  const { settings } = node;
  expect(settings.get('p2p.maxConnections')).toBe(20);
  expect(settings.get('p2p.dhtServer')).toBe(false);
  expect(settings.get('p2p.relay.serve')).toBe('off');
  expect(settings.get('p2p.webrtc')).toBe(false);
  expect(settings.get('p2p.portMapping')).toBe(false);
  expect(() => settings.set('p2p.dhtServer', true)).toThrow(
    expect.objectContaining({ code: 'settings.overridden' }),
  );
});

/** After this the heaps have given back what only starting and meeting needed. */
const SETTLE_MS = 5000;
const COMPANY = { peers: 20, tools: 200 };
const MOST_MIB = 110;

// Only there a process can be asked what the machine holds of it.
it.runIf(process.platform === 'linux')(
  `holds at most ${MOST_MIB} MiB with a small footprint, ${COMPANY.peers} peers and ${COMPANY.tools} tools`,
  async () => {
    const daemons = createDaemons();
    const peers: MeshNode[] = [];
    const args = ['--footprint', 'small'];
    try {
      // The first start of a build compiles what all later ones read.
      const { dataDir, stop } = await daemons.start({ args });
      await stop();
      const daemon = await daemons.start({ args, dataDir });
      await keepCompany(daemon, peers, COMPANY);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      expect(residentMib(daemon)).toBeLessThanOrEqual(MOST_MIB);
    } finally {
      await Promise.all(peers.map((peer) => peer.stop()));
      await daemons.close();
    }
  },
);
