/** The distributed index, real: nodes tell it what they can do, and others find them; whoever lies to it is not shown. */
import { afterEach, describe, expect, it } from 'vitest';
import type { FoundEntry } from '#main/features/registry/lookup/lookup.ts';
import { capabilityKey, providerKey, shardOf } from '#main/features/registry/lookup/keys.ts';
import { encodeRecordsMessage, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import {
  entriesAnswered,
  type NamedEntry,
  SEARCH_PROTOCOL,
} from '#shared/features/registry/network-search.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import {
  echoTool,
  type MeshNode,
  type MeshNodeOptions,
  startMeshNode,
  until,
} from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

async function start(options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}

const forecast: Tool = { ...echoTool, name: 'forecast', description: 'Tells tomorrow' };

/** Two nodes that keep the index and know nothing of tools themselves. */
async function createIndex(): Promise<string[]> {
  const first = await start({ role: 'hostile', dhtServer: true });
  const second = await start({ role: 'hostile', dhtServer: true, bootstrap: [first.address()] });
  await until(() => second.network.peers().length === 1);
  return [first.address(), second.address()];
}

async function weatherNode(bootstrap: string[]): Promise<MeshNode> {
  const node = await start({ bootstrap });
  node.access.share({
    server: 'skies',
    audience: { kind: 'everyone' },
    confirmed: true,
    offered: [forecast],
  });
  node.addServer('skies', [forecast], ['weather']);
  await until(() => {
    const { keys, told } = node.registry.lookup.told();
    return keys > 0 && told === keys;
  });
  return node;
}

/** Once it knows the index: a node whose routing table is empty asks nobody. */
async function asker(bootstrap: string[]): Promise<MeshNode> {
  const node = await start({ role: 'asking', bootstrap });
  await until(() => node.network.peers().length === bootstrap.length);
  return node;
}

async function all(entries: AsyncIterable<FoundEntry>): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

const signal = () => AbortSignal.timeout(20_000);
const claims = (node: MeshNode, key: Uint8Array) =>
  until(() =>
    node.network.provide(key).then(
      () => true,
      () => false,
    ),
  );

describe('looking up', () => {
  it('finds who can do something and who a provider is, and lets him be forgotten', async () => {
    const index = await createIndex();
    const weather = await weatherNode(index);
    const me = await asker(index);
    const byTag = await until(async () => {
      const found = await all(me.registry.lookup.byCapability('Weather', { signal: signal() }));
      return found.length > 0 && found;
    });
    expect(byTag).toMatchObject([{ peer: weather.peerId, entry: { name: 'skies', tags: ['weather'] } }]);
    const byProvider = await all(me.registry.lookup.byProvider(weather.providerId, { signal: signal() }));
    expect(byProvider.map(({ record }) => record.key)).toEqual(byTag.map(({ record }) => record.key));
    expect(await all(me.registry.lookup.byCapability('cooking', { signal: signal() }))).toEqual([]);
    weather.access.unshare('skies');
    expect(weather.registry.lookup.told()).toMatchObject({ keys: 0, told: 0 });
    expect(await all(me.registry.lookup.byCapability('weather', { signal: signal() }))).toEqual([]);
  });

  it('brings tools to a search that no neighbour knows', async () => {
    const index = await createIndex();
    await weatherNode(index);
    const me = await asker(index);
    const names = await until(async () => {
      const found = new Set<string>();
      for await (const { items } of me.registry.searchNetwork('weather', 10, signal()))
        for (const { name } of items) found.add(name);
      return found.size > 0 && [...found];
    });
    expect(names).toEqual(['forecast']);
  });

  it('keeps trying where there is no index, and says how often it failed', async () => {
    const alone = await start();
    alone.access.share({
      server: 'skies',
      audience: { kind: 'everyone' },
      confirmed: true,
      offered: [forecast],
    });
    alone.addServer('skies', [forecast], ['weather']);
    await until(() => alone.registry.lookup.told().failed > 1);
    expect(alone.registry.lookup.told()).toMatchObject({ told: 0, leftOut: 0 });
    expect(alone.registry.lookup.told().keys).toBeGreaterThan(1);
  });

  it('tells the index nothing of what is private', async () => {
    const quiet = await start();
    quiet.access.share({
      server: 'skies',
      audience: { kind: 'known' },
      confirmed: true,
      offered: [forecast],
    });
    quiet.addServer('skies', [forecast], ['weather']);
    expect(quiet.registry.published()).toEqual(['skies']);
    expect(quiet.registry.lookup.told().keys).toBe(0);
  });
});

describe('an index full of lies', () => {
  it('names peers that have nothing, that hand out others’ entries, and that are gone: none is shown', async () => {
    const index = await createIndex();
    const weather = await weatherNode(index);
    const theirs = weather.records.own().map(({ key, hash }): NamedEntry => ({ key, hash }));
    const [record] = weather.records.own();
    const empty = await start({ bootstrap: index });
    const thief = await start({ role: 'hostile', bootstrap: index });
    thief.network.serve(SEARCH_PROTOCOL, () => entriesAnswered(theirs));
    const forger = await start({ role: 'hostile', bootstrap: index });
    forger.network.serve(SEARCH_PROTOCOL, () =>
      entriesAnswered([
        { key: `${forger.providerId}/${forger.peerId}/skies`, hash: record?.hash ?? new Uint8Array(32) },
      ]),
    );
    forger.network.serve(RECORDS_PROTOCOL, () =>
      encodeRecordsMessage({ records: record ? [record.bytes] : [] }),
    );
    for (const liar of [empty, thief, forger]) {
      await claims(liar, capabilityKey('weather', shardOf(liar.peerId)));
      await claims(liar, providerKey(weather.providerId));
    }
    const me = await asker(index);
    const found = await until(async () => {
      const entries = await all(me.registry.lookup.byCapability('weather', { signal: signal() }));
      const { no_entry, not_its_own, other_entry } = me.registry.lookup.refusals();
      return entries.length > 0 && no_entry > 0 && not_its_own > 0 && other_entry > 0 && entries;
    });
    expect(found.map(({ peer }) => peer)).toEqual([weather.peerId]);
    const provided = await all(me.registry.lookup.byProvider(weather.providerId, { signal: signal() }));
    expect(provided.map(({ peer }) => peer)).toEqual([weather.peerId]);
    expect(me.registry.lookup.refusals().other_provider).toBe(3);
    await until(() => me.registry.list('network').length > 0);
    expect(me.registry.list('network')).toHaveLength(1);
  });
});
