/** A node in the public network and two private ones: what is shared in one is unknown, and out of reach, in the others. */
import { afterEach, describe, expect, it } from 'vitest';
import { encodeRecordsMessage, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { MANIFEST_PROTOCOL } from '#shared/features/registry/manifest.ts';
import { readHits, SEARCH_PROTOCOL, searchRequest } from '#shared/features/registry/network-search.ts';
import {
  type Entry,
  ENTRY_TYPE,
  entryKey,
  parseEntryKey,
  storedEntry,
} from '#shared/features/registry/entry.ts';
import { CALL_PROTOCOL, encodeMessage } from '#shared/features/relay/messages.ts';
import { concatBytes, utf8 } from '#shared/kernel/bytes.ts';
import { decodeCbor, sha256Bytes } from '#shared/kernel/canonical.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { startMeshNode, until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;
const nodes: WholeNode[] = [];
afterEach(async () => {
  for (const whole of nodes.splice(0)) await whole.stop();
});
async function start(): Promise<WholeNode> {
  const whole = await startWholeNode();
  nodes.push(whole);
  return whole;
}

const create = async ({ node }: WholeNode, name: string) =>
  (await node.handlers['network.createPrivate']({ name }, context)).id;
async function meet(host: WholeNode, guest: WholeNode, network: string): Promise<void> {
  const { code } = await host.node.handlers['network.invite']({ pin: false, network }, context);
  await guest.node.handlers['network.join']({ code, enterNetwork: true }, context);
}
const share = async ({ node }: WholeNode, name: string, networks: string[]) =>
  node.handlers['servers.share'](
    { name, audience: { kind: 'everyone' }, networks, confirmed: true },
    context,
  );
const serversSeen = async ({ node }: WholeNode) => {
  const { items } = await node.handlers['tools.list']({ scope: 'network', limit: 1000 }, context);
  return [...new Set(items.map(({ server }) => server))].sort();
};
/** Everything that a node stores of entries, as bytes. */
const storedBytes = ({ node }: WholeNode): string =>
  (node.platform.db.prepare('SELECT bytes FROM records').all() as Array<{ bytes: Buffer }>)
    .map(({ bytes }) => bytes.toString('latin1'))
    .join('\n');
const addEcho = async (whole: WholeNode, name: string) =>
  whole.addServer(name, 'test/support/mcp/modern-stdio.ts');

describe('a node in several networks', () => {
  it('shows and serves in each what is shared there, and in no other', async () => {
    const [host, inPublic, inRed, inBlue] = await Promise.all([start(), start(), start(), start()]);
    const [red, blue] = [await create(host, 'Red'), await create(host, 'Blue')];
    for (const name of ['openly', 'redonly', 'blueonly']) await addEcho(host, name);
    await meet(host, inPublic, PUBLIC_NETWORK);
    await meet(host, inRed, red);
    await meet(host, inBlue, blue);
    await share(host, 'openly', [PUBLIC_NETWORK]);
    await share(host, 'redonly', [red]);
    await share(host, 'blueonly', [blue, red]);

    await until(async () => (await serversSeen(inRed)).length === 2);
    await until(async () => (await serversSeen(inBlue)).length === 1);
    await until(async () => (await serversSeen(inPublic)).length === 1);
    expect(await serversSeen(inRed)).toEqual(['blueonly', 'redonly']);
    expect(await serversSeen(inBlue)).toEqual(['blueonly']);
    expect(await serversSeen(inPublic)).toEqual(['openly']);
    // Not one byte of the others: neither the names, nor where members of the private networks are reached.
    expect(storedBytes(inPublic)).not.toMatch(/redonly|blueonly/);
    expect(storedBytes(inBlue)).not.toMatch(/redonly|openly/);
    expect(storedBytes(inRed)).not.toMatch(/openly/);
    const { networks } = await host.node.handlers['network.show']({}, context);
    for (const address of networks.slice(1).flatMap(({ addresses }) => addresses))
      expect(storedBytes(inPublic)).not.toContain(address.split('/p2p/')[0]);
  });

  it('refuses in one network what is asked by hash and key of another', async () => {
    const [host, spy] = [await start(), await startMeshNode()];
    const red = await create(host, 'Red');
    await addEcho(host, 'redonly');
    const [address = ''] = host.node.ready().addresses;
    await spy.network.dial(address);
    await share(host, 'redonly', [red]);
    const { peerId, providerId } = host.node.ready();
    const key = entryKey(providerId, peerId, 'redonly', false);
    const row = host.node.platform.db
      .prepare('SELECT bytes FROM records WHERE type = ? AND key = ?')
      .get(ENTRY_TYPE, key) as { bytes: Buffer };
    const entry: Entry = storedEntry(new Uint8Array(row.bytes));
    const { network } = spy;
    const hashes = [sha256Bytes(new Uint8Array(row.bytes))];
    const asked = network.call(peerId, RECORDS_PROTOCOL, encodeRecordsMessage({ op: 'fetch', hashes }));
    expect(decodeCbor(await asked.response)).toMatchObject({ records: [] });
    const manifest = network.call(
      peerId,
      MANIFEST_PROTOCOL,
      concatBytes(entry.manifest ?? new Uint8Array(), utf8(key)),
    );
    await expect(manifest.response).rejects.toMatchObject({ code: 'registry.no_manifest' });
    // Not even that it exists is told: a call is answered as one for a server that is not there.
    const call = (server: string) =>
      network
        .call(
          peerId,
          CALL_PROTOCOL,
          encodeMessage({
            server,
            tool: 'echo',
            fingerprint: '0'.repeat(64),
            params: { name: 'echo', arguments: {} },
            caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {} },
          } as never),
        )
        .response.catch((error: { code?: string }) => error.code);
    expect(await call('redonly')).toBe(await call('nothere'));
    await spy.stop();
  });

  it('answers a search in one network with what is shared there alone, its own and what it heard', async () => {
    const [host, inRed, spy] = [await start(), await start(), await startMeshNode()];
    const red = await create(host, 'Red');
    await addEcho(host, 'redonly');
    await addEcho(host, 'openly');
    await addEcho(inRed, 'redheard');
    await meet(host, inRed, red);
    await spy.network.dial(host.node.ready().addresses[0] ?? '');
    await share(host, 'redonly', [red]);
    await share(host, 'openly', [PUBLIC_NETWORK]);
    await share(inRed, 'redheard', [red]);
    await until(async () => (await serversSeen(host)).includes('redheard'));
    await until(async () => (await serversSeen(inRed)).includes('redonly'));
    const serversTold = async (text: string) => {
      const request = searchRequest({ op: 'tools', text, limit: 100, hops: 0 });
      const { response } = spy.network.call(host.node.ready().peerId, SEARCH_PROTOCOL, request);
      return new Set(readHits(await response).map(({ key }) => parseEntryKey(key).server));
    };
    // By words that all have, and by the very names of what is shared elsewhere.
    expect(await serversTold('echo')).toEqual(new Set(['openly']));
    expect(await serversTold('redonly')).toEqual(new Set());
    expect(await serversTold('server:redheard')).toEqual(new Set());
    // Who is in that network is told: what was left out above is there to be found.
    const found = new Set<string>();
    const asked = inRed.node.handlers['tools.searchNetwork']({ text: 'echo', limit: 100 }, context);
    for await (const { items } of asked) for (const { server } of items) found.add(server);
    expect(found).toEqual(new Set(['redonly']));
    await spy.stop();
  });

  it('is in a network no longer once it left: neither seen nor called there, and all of it gone here', async () => {
    const [host, guest] = [await start(), await start()];
    const red = await create(host, 'Red');
    await addEcho(host, 'redonly');
    await meet(host, guest, red);
    await meet(host, guest, PUBLIC_NETWORK);
    await share(host, 'redonly', [red]);
    await until(async () => (await serversSeen(guest)).length === 1);
    await guest.node.handlers['network.leavePrivate']({ network: red }, context);
    await until(async () => (await serversSeen(guest)).length === 0);
    // The two still meet in public; what is shared in the other network stays unknown there.
    const { items } = await guest.node.handlers['peers.list']({}, context);
    expect(items.find(({ connected }) => connected)).toMatchObject({ networks: [PUBLIC_NETWORK] });
    expect(storedBytes(guest)).not.toContain('redonly');
    await guest.node.handlers['network.rejoinPrivate']({ network: red }, context);
    await until(async () => (await serversSeen(guest)).length === 1);
  });

  it('ends an entry where it is no longer shared, and keeps it where it is', async () => {
    const [host, inRed, inBlue] = await Promise.all([start(), start(), start()]);
    const [red, blue] = [await create(host, 'Red'), await create(host, 'Blue')];
    await addEcho(host, 'both');
    await meet(host, inRed, red);
    await meet(host, inBlue, blue);
    await share(host, 'both', [red, blue]);
    await until(async () => (await serversSeen(inRed)).length + (await serversSeen(inBlue)).length === 2);
    await share(host, 'both', [red]);
    await until(async () => (await serversSeen(inBlue)).length === 0);
    expect(await serversSeen(inRed)).toEqual(['both']);
  });

  it('stays out of the public network when that is switched off, after a restart too', async () => {
    const [host, guest] = [await start(), await start()];
    await meet(host, guest, PUBLIC_NETWORK);
    const red = await create(host, 'Red');
    await meet(host, guest, red);
    await host.node.handlers['settings.set']({ key: 'p2p.public', value: false }, context);
    const networksOfPeer = async () =>
      (await guest.node.handlers['peers.list']({}, context)).items.find(({ connected }) => connected)
        ?.networks;
    await until(async () => (await networksOfPeer())?.join() === red);
    await host.restart();
    const { networks } = await host.node.handlers['network.show']({}, context);
    expect(networks.map(({ state }) => state)).toEqual(['off', 'running']);
    await until(async () => (await networksOfPeer())?.join() === red);
  });
});
