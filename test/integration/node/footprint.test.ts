import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createNode, type Node } from '#main/node/create-node.ts';

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
