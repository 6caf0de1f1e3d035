/** What a stranger tries with means that everybody has: real nodes, real connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  decodeInventoryReply,
  encodeRecordsMessage,
  INVENTORY_PAGE,
  RECORDS_PROTOCOL,
} from '#shared/features/records/messages.ts';
import { type Entry, entryKey, sealEntry } from '#shared/features/registry/entry.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import { encodeManifest, MANIFEST_PROTOCOL } from '#shared/features/registry/manifest.ts';
import type { Envelope } from '#shared/kernel/envelope.ts';
import {
  echoTool,
  type MeshNode,
  type MeshNodeOptions,
  startMeshNode,
  until,
} from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});
async function start(options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}
async function neighbourOf(node: MeshNode): Promise<MeshNode> {
  const neighbour = await start({ bootstrap: [node.address()] });
  await until(() => neighbour.network.peers().length === 1 && node.network.peers().length >= 1);
  return neighbour;
}

/** An entry of `node`, in order and public unless told otherwise. */
function sealedOf(node: MeshNode, change: Partial<Entry> = {}): Envelope {
  const whole: Entry = {
    name: 'evil',
    cert: node.certificate,
    seq: 1,
    iat: Date.now(),
    exp: Date.now() + 3_600_000,
    manifest: new Uint8Array(32),
    private: false,
    version: '1',
    title: '',
    description: '',
    tags: [],
    tools: 1,
    addresses: [],
    by: 'somebody',
    ...change,
  };
  return sealEntry(whole, node.signer);
}
const entryOf = (node: MeshNode, change: Partial<Entry> = {}) => sealedOf(node, change).bytes;
const ask = (from: MeshNode, to: MeshNode, message: CborValue) =>
  from.network.call(to.peerId, RECORDS_PROTOCOL, encodeRecordsMessage(message)).response;

describe('a stranger', () => {
  it('learns no private key from the place where a page of the inventory ends', async () => {
    const victim = await start();
    victim.addServer('secret', [echoTool]);
    victim.access.share({
      server: 'secret',
      audience: { kind: 'known' },
      confirmed: false,
      offered: [echoTool],
    });
    const put = victim.db.prepare(
      `INSERT INTO records (type, key, owner, seq, hash, expires_at, private, tombstone, own, bytes)
       VALUES ('entry/1', ?, ?, 1, ?, ?, 0, 0, 0, x'00')`,
    );
    // As many public records before the private one as make it the last of the first page.
    for (let n = 1; n < INVENTORY_PAGE; n++)
      put.run(`a${n}/n/s`, `a${n}`, new Uint8Array(32), Date.now() + 3_600_000);
    const stranger = await neighbourOf(victim);
    const reply = decodeInventoryReply(await ask(stranger, victim, { op: 'inventory', after: '' }));
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(reply.lines).toHaveLength(INVENTORY_PAGE - 1);
    expect(reply.next).toBe('');
  });

  it('cannot use up the allowance of another provider by repeating what that one signed', async () => {
    const victim = await start();
    const honest = await neighbourOf(victim);
    const stranger = await neighbourOf(victim);
    const before = entryOf(honest, { name: 'tools' });
    for (let n = 0; n < 3; n++)
      await ask(stranger, victim, { op: 'push', records: Array.from({ length: 30 }, () => before) });
    const ended = entryOf(honest, { name: 'tools', seq: 2, manifest: null });
    await ask(honest, victim, { op: 'push', records: [ended] });
    const key = entryKey(honest.providerId, honest.peerId, 'tools', false);
    expect(victim.records.get('entry/1', key)).toMatchObject({ seq: 2, tombstone: true });
  });

  it('fills neither memory nor disk with tools', async () => {
    const victim = await start();
    const stranger = await neighbourOf(victim);
    const describe = (name: string) => {
      const tools = [{ ...echoTool, description: name + 'x'.repeat(3 << 20) }];
      const made = encodeManifest({ format: 'toolswarm-manifest/1', server: name, version: '1', tools });
      stranger.db.prepare('INSERT INTO registry_manifests VALUES (?, ?, 0)').run(made.hash, made.bytes);
      return sealedOf(stranger, { name, manifest: made.hash });
    };
    for (const name of ['one', 'two', 'three', 'four', 'five'])
      stranger.records.publish('entry/1', describe(name));
    await until(() => victim.records.inForce('entry/1').length === 5);
    await until(() => victim.registry.list('network').length === 2);
    await sleep(300);
    expect(victim.registry.list('network')).toHaveLength(2);
    // The room of what goes is free again.
    const [listed] = victim.registry.list('network');
    const end = { name: listed?.server as string, seq: 2, manifest: null };
    stranger.records.publish('entry/1', sealedOf(stranger, end));
    await until(() => victim.registry.list('network').length === 1);
  });

  it('who answers nothing does not keep others from being listed', async () => {
    const victim = await start();
    const stranger = await neighbourOf(victim);
    const other = await neighbourOf(victim);
    await stranger.registry.stop();
    stranger.network.serve(MANIFEST_PROTOCOL, () => new Promise(() => undefined));
    const records = Array.from({ length: 40 }, (_, n) =>
      entryOf(stranger, { name: `slow${n}`, manifest: new Uint8Array(32).fill(n) }),
    );
    await ask(stranger, victim, { op: 'push', records });
    other.addServer('echo', [echoTool]);
    other.access.share({
      server: 'echo',
      audience: { kind: 'everyone' },
      confirmed: true,
      offered: [echoTool],
    });
    await until(() => victim.registry.list('network').some(({ server }) => server === 'echo'));
  });

  it('whose node is blocked by its peer id is forgotten, and heard through nobody else', async () => {
    const victim = await start();
    const stranger = await neighbourOf(victim);
    const other = await neighbourOf(victim);
    await ask(stranger, victim, { op: 'push', records: [entryOf(stranger)] });
    expect(victim.records.inForce('entry/1')).toHaveLength(1);
    victim.trust.block(stranger.peerId);
    expect(victim.records.inForce('entry/1')).toEqual([]);
    await ask(other, victim, { op: 'push', records: [entryOf(stranger, { seq: 2 })] });
    expect(victim.records.inForce('entry/1')).toEqual([]);
  });
});
