/** Peers that send records which they may not: none is stored, shown or passed on, and each is counted by its reason. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigner } from '#main/platform/crypto.ts';
import { encodeRecordsMessage, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { type Entry, entryKey, sealEntry, storedEntry } from '#shared/features/registry/entry.ts';
import { encodeManifest } from '#shared/features/registry/manifest.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';

let victim: MeshNode;
let hostile: MeshNode;
let refused: string[];

beforeEach(async () => {
  victim = await startMeshNode();
  hostile = await startMeshNode({ bootstrap: [victim.address()] });
  refused = [];
  victim.records.on('refused', ({ reason }) => refused.push(reason));
  await until(() => hostile.network.peers().length === 1);
});
afterEach(async () => {
  await hostile.stop();
  await victim.stop();
});

const { hash } = encodeManifest({
  format: 'toolswarm-manifest/1',
  server: 'evil',
  version: '1',
  tools: [echoTool],
});

function entry(change: Partial<Entry> = {}, signer: Signer = hostile.signer): Uint8Array {
  const whole: Entry = {
    name: 'evil',
    cert: hostile.certificate,
    seq: 1,
    iat: Date.now(),
    exp: Date.now() + 3_600_000,
    manifest: hash,
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
  return sealEntry(whole, signer).bytes;
}

const push = (records: Uint8Array[]) =>
  hostile.network.call(victim.peerId, RECORDS_PROTOCOL, encodeRecordsMessage({ op: 'push', records }))
    .response;
const stored = () =>
  victim.records.get('entry/1', entryKey(hostile.providerId, hostile.peerId, 'evil', false));

describe('a record that is', () => {
  it('in order is stored', async () => {
    await push([entry()]);
    expect(stored()).toMatchObject({ seq: 1 });
    expect(refused).toEqual([]);
  });

  it('altered, or signed by a key that its certificate does not name, is refused', async () => {
    const altered = entry();
    altered[60] = (altered[60] as number) ^ 1;
    const stranger = createSigner(new Uint8Array(32).fill(9));
    await push([altered, entry({}, stranger), entry({ cert: victim.certificate })]);
    expect(stored()).toBeUndefined();
    expect(refused).toHaveLength(3);
    expect(refused.slice(1)).toEqual(['registry.wrong_signer', 'registry.wrong_signer']);
    expect([
      'kernel.bad_signature',
      'kernel.malformed',
      'kernel.wrong_type',
      'records.unknown_kind',
    ]).toContain(refused[0]);
  });

  it('expired, from the future or claims to live for ever is not stored', async () => {
    const now = Date.now();
    await push([
      entry({ iat: now - 10_000, exp: now - 1 }),
      entry({ iat: now + 3_600_000, exp: now + 7_200_000 }),
      entry({ exp: now + 400 * 24 * 3_600_000 }),
    ]);
    expect(stored()).toBeUndefined();
  });

  it('not a record at all is counted, and harms nothing', async () => {
    await push([utf8('hello'), new Uint8Array(0), encodeCbor({ a: 1 }), entry().subarray(0, 50)]);
    expect(refused).toHaveLength(4);
    await push([entry({ name: 'NOT A NAME' as never })]);
    expect(refused.at(-1)).toBe('registry.bad_entry');
    await push([entry()]);
    expect(stored()).toBeDefined();
  });

  it('too large, or too many at once, ends the request with an error', async () => {
    await expect(push([new Uint8Array(5000)])).rejects.toMatchObject({ code: 'records.malformed' });
    await expect(push(Array.from({ length: 61 }, () => entry()))).rejects.toMatchObject({
      code: 'records.malformed',
    });
  });

  it('private and passed on by somebody else is refused', async () => {
    const third = await startMeshNode({ bootstrap: [victim.address()] });
    await until(() => third.network.peers().length === 1);
    const message = encodeRecordsMessage({ op: 'push', records: [entry({ private: true })] });
    await third.network.call(victim.peerId, RECORDS_PROTOCOL, message).response;
    expect(refused).toEqual(['records.private_relayed']);
    await third.stop();
  });

  it('changed too often is slowed down', async () => {
    const many = Array.from({ length: 50 }, (_, index) => entry({ seq: index + 1 }));
    await push(many);
    expect(refused.length).toBeGreaterThan(20);
    expect(new Set(refused)).toEqual(new Set(['records.too_often']));
    expect(stored()?.seq).toBeLessThan(50);
  });

  it('from a blocked provider is refused', async () => {
    victim.trust.block(hostile.providerId);
    await until(() => victim.network.peers().length === 0);
    await expect(push([entry()])).rejects.toMatchObject({ code: expect.stringMatching(/^p2p\./) });
    expect(stored()).toBeUndefined();
  });
});

describe('two records with one sequence number', () => {
  it('are proof against their signer, and neither is served', async () => {
    const found: string[] = [];
    victim.records.on('equivocationFound', ({ owner }) => found.push(owner));
    await push([entry({ title: 'one' })]);
    expect(victim.records.inForce('entry/1')).toHaveLength(1);
    await push([entry({ title: 'two' })]);
    expect(found).toEqual([hostile.providerId]);
    expect(victim.records.inForce('entry/1')).toEqual([]);
    await push([entry({ title: 'three', seq: 2 })]);
    expect(victim.records.inForce('entry/1')).toHaveLength(1);
  });
});

describe('a manifest', () => {
  it('that is not what was signed is never listed', async () => {
    const lie = encodeManifest({
      format: 'toolswarm-manifest/1',
      server: 'evil',
      version: '1',
      tools: [],
    }).bytes;
    hostile.db.prepare('INSERT INTO registry_manifests VALUES (?, ?, 0)').run(hash, lie);
    let asked = false;
    const call = victim.network.call.bind(victim.network);
    victim.network.call = (peer, protocol, ...rest) => {
      asked ||= protocol === '/toolswarm/manifest/1';
      return call(peer, protocol, ...rest);
    };
    hostile.records.publish('entry/1', sealEntry(storedEntry(entry()), hostile.signer));
    await push([hostile.records.own()[0]?.bytes as Uint8Array]);
    await until(() => asked);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(victim.registry.list('network')).toEqual([]);
  });

  it('of a private entry is not given to whom the entry is not for', async () => {
    hostile.addServer('secret', [echoTool]);
    hostile.access.share({
      server: 'secret',
      audience: { kind: 'known' },
      confirmed: false,
      offered: [echoTool],
    });
    const key = entryKey(hostile.providerId, hostile.peerId, 'secret', true);
    const secret = encodeManifest({
      format: 'toolswarm-manifest/1',
      server: 'secret',
      version: '1.0.0',
      tools: [echoTool],
    });
    const request = new Uint8Array([...secret.hash, ...utf8(key)]);
    await expect(
      victim.network.call(hostile.peerId, '/toolswarm/manifest/1', request).response,
    ).rejects.toMatchObject({ code: 'registry.no_manifest' });
    hostile.trust.setKnown(victim.providerId, true);
    expect(await victim.network.call(hostile.peerId, '/toolswarm/manifest/1', request).response).toEqual(
      secret.bytes,
    );
  });
});
