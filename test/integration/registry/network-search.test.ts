/** Peers are asked for tools in words, over real connections: what is proven is shown, and nothing else. */
import { afterEach, describe, expect, it } from 'vitest';
import { encodeRecordsMessage, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { type Entry, entryKey, sealEntry } from '#shared/features/registry/entry.ts';
import { encodeManifest, MANIFEST_PROTOCOL } from '#shared/features/registry/manifest.ts';
import {
  type FoundTool,
  type Hit,
  hitsAnswered,
  type NetworkAnswer,
  readHits,
  SEARCH_PROTOCOL,
  searchRequest,
} from '#shared/features/registry/network-search.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import { fromHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { AppError } from '#shared/kernel/errors.ts';
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

const tool = (name: string, description: string): Tool => ({ ...echoTool, name, description });
const forecast = tool('forecast', 'Tells the weather of tomorrow');
const everyone = (offered: Tool[]) => ({ audience: { kind: 'everyone' }, confirmed: true, offered }) as const;

/** A node that offers `tools` to everybody, or to whom it is told. */
async function provider(name: string, tools: Tool[], options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await start(options);
  node.access.share({ server: name, ...everyone(tools) });
  node.addServer(name, tools);
  return node;
}

async function asker(...peers: MeshNode[]): Promise<MeshNode> {
  const node = await start({ role: 'asking' });
  await Promise.all(peers.map((peer) => node.network.dial(peer.address())));
  return node;
}

/** Everything that a search said, and its last step. */
async function search(node: MeshNode, text: string, signal = AbortSignal.timeout(20_000)) {
  const items = new Map<string, FoundTool>();
  let last: NetworkAnswer | undefined;
  for await (const step of node.registry.searchNetwork(text, 50, signal)) {
    for (const item of step.items) items.set(item.id, item);
    last = step;
  }
  return { names: [...items.values()].map(({ name }) => name).sort(), items: [...items.values()], last };
}

describe('a search of the network', () => {
  it('finds and proves what peers offer that was not known here', async () => {
    const weather = await provider('weather', [forecast, tool('tides', 'Knows the sea')]);
    const other = await provider('letters', [tool('post', 'Sends a letter')]);
    const me = await asker(weather, other);
    expect(me.registry.list('network')).toEqual([]);
    const { items, last, names } = await search(me, 'weather tomorrow');
    expect(names).toEqual(['forecast']);
    expect(items[0]).toMatchObject({ providerId: weather.providerId, server: 'weather', state: 'pending' });
    expect(items[0]?.relevance).toBeGreaterThan(0);
    expect(last).toMatchObject({ asked: 2, answered: 2, refused: 0, done: true });
    // It can be looked at and approved like any other.
    expect(me.registry.approve(items[0]?.id ?? '').state).toBe('approved');
  });

  it('finds what peers know of others, and asks each other node of a tool once', async () => {
    const weather = await provider('weather', [forecast]);
    const between = await start({ bootstrap: [weather.address()] });
    await until(() => between.registry.list('network').length === 1);
    const me = await asker(between);
    const { items, names } = await search(me, 'weather');
    expect(names).toEqual(['forecast']);
    expect(items[0]?.providerId).toBe(weather.providerId);
  });

  it('shows private tools to those who may see them alone', async () => {
    const weather = await start();
    const friend = await asker(weather);
    const stranger = await asker(weather);
    weather.access.share({
      server: 'weather',
      audience: { kind: 'providers', providers: [friend.providerId] },
      confirmed: true,
      offered: [forecast],
    });
    weather.addServer('weather', [forecast]);
    expect((await search(friend, 'weather')).names).toEqual(['forecast']);
    expect((await search(stranger, 'weather')).names).toEqual([]);
  });

  it('shows of a server what is shared of it alone', async () => {
    const weather = await start();
    const tools = [forecast, tool('secret', 'Makes the weather')];
    weather.access.share({ server: 'weather', ...everyone(tools), tools: ['forecast'] });
    weather.addServer('weather', tools);
    const me = await asker(weather);
    expect((await search(me, 'weather')).names).toEqual(['forecast']);
  });

  it('of the catalog finds nothing that is not in it, however much the network offers', async () => {
    const loud = await provider('weather', [forecast]);
    const me = await asker(loud);
    await search(me, 'weather');
    expect(me.registry.list('network')).toHaveLength(1);
    me.addServer('skies', [tool('rain', 'Knows where the weather is bad')]);
    const found = async (scope?: 'catalog') =>
      (await me.registry.search('weather', 10, scope)).map(({ name }) => name).sort();
    expect(await found()).toEqual(['forecast', 'rain']);
    expect(await found('catalog')).toEqual(['rain']);
  });

  it('tells peers nothing of aliases and decisions, however they ask', async () => {
    const weather = await provider('weather', [forecast]);
    const [mine] = weather.registry.list('local');
    weather.registry.alias(mine?.id ?? '', 'moonshine');
    const me = await asker(weather);
    const found = (text: string) =>
      me.network
        .call(weather.peerId, SEARCH_PROTOCOL, searchRequest({ op: 'tools', text, limit: 9, hops: 0 }))
        .response.then((answer) => readHits(answer).length);
    expect(await found('weather')).toBe(1);
    expect(await found('weather "moonshine"')).toBe(0);
    expect(await found('weather "of tomorrow"')).toBe(1);
    expect(await found('weather -moonshine')).toBe(1);
    expect(await found('weather -tomorrow')).toBe(0);
    expect(await found('weather -"moonshine"')).toBe(1);
    expect(await found('server:weather -moonshine')).toBe(1);
    expect(await found('xstate:rejected weather state:rejected')).toBe(1);
  });

  it('says nothing where the operator lets searches be unanswered, and of too many questions', async () => {
    let answers = false;
    const weather = await provider('weather', [forecast], { answersSearches: () => answers });
    const me = await asker(weather);
    expect((await search(me, 'rain weather')).last).toMatchObject({ asked: 1, answered: 0, done: true });
    answers = true;
    const ask = () =>
      me.network
        .call(weather.peerId, SEARCH_PROTOCOL, searchRequest({ op: 'tools', text: 'x', limit: 1, hops: 0 }))
        .response.then(
          () => 'answered',
          (error: unknown) => (error as AppError).code,
        );
    const codes = await Promise.all(Array.from({ length: 40 }, ask));
    expect(codes).toContain('answered');
    expect(codes).toContain('registry.search_busy');
  });

  it('ends when it is cancelled, and keeps asking nobody', async () => {
    const silent = await start({ role: 'hostile' });
    const cancelled = new Promise<void>((resolve) =>
      silent.network.serve(SEARCH_PROTOCOL, (_request, { signal }) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        return new Promise(() => undefined);
      }),
    );
    const me = await asker(silent);
    const stop = new AbortController();
    const steps: NetworkAnswer[] = [];
    const reading = (async () => {
      for await (const step of me.registry.searchNetwork('weather', 10, stop.signal)) steps.push(step);
    })();
    await until(() => steps.some(({ asked }) => asked === 1));
    stop.abort();
    await Promise.all([cancelled, reading]);
    expect(steps.at(-1)).toMatchObject({ answered: 0 });
  });

  it('does not wait for who never answers before it shows what others said', async () => {
    const silent = await start({ role: 'hostile' });
    silent.network.serve(SEARCH_PROTOCOL, () => new Promise(() => undefined));
    const weather = await provider('weather', [forecast]);
    const me = await asker(silent, weather);
    for await (const { done, items } of me.registry.searchNetwork(
      'weather',
      50,
      AbortSignal.timeout(20_000),
    )) {
      if (items.length === 0) continue;
      expect(done).toBe(false);
      return;
    }
    throw new Error('nothing was found');
  });
});

describe('a peer that lies', () => {
  /** A node that answers with these hits, hands out these records, and these manifests. */
  async function liar(say: {
    hits: (self: MeshNode) => Hit[];
    records?: (self: MeshNode) => Uint8Array[];
    manifest?: Uint8Array;
  }): Promise<MeshNode> {
    const node = await start({ role: 'hostile' });
    node.network.serve(SEARCH_PROTOCOL, () => hitsAnswered(say.hits(node)));
    node.network.serve(RECORDS_PROTOCOL, () =>
      encodeRecordsMessage({ records: say.records?.(node) ?? [], lines: [], next: '' }),
    );
    node.network.serve(MANIFEST_PROTOCOL, () => say.manifest ?? utf8('{}'));
    return node;
  }

  const manifest = encodeManifest({
    format: 'toolswarm-manifest/1',
    server: 'weather',
    version: '1',
    tools: [forecast],
  });

  function entryOf(node: MeshNode, change: Partial<Entry> = {}, signer = node.signer): Uint8Array {
    const now = Date.now();
    const whole: Entry = {
      name: 'weather',
      cert: node.certificate,
      seq: 1,
      iat: now - 1000,
      exp: now + 3_600_000,
      manifest: manifest.hash,
      private: false,
      version: '1',
      title: '',
      description: '',
      tags: [],
      caps: ['weather'],
      tools: 1,
      addresses: [],
      by: 'liar',
      ...change,
    };
    return sealEntry(whole, signer).bytes;
  }

  const hit = (owner: MeshNode, record: Uint8Array, change: Partial<Hit> = {}): Hit => ({
    key: entryKey(owner.providerId, owner.peerId, 'weather', false),
    hash: sha256Bytes(record),
    tool: 'forecast',
    fingerprint: fromHex(fingerprintOf(forecast)),
    score: 1000,
    ...change,
  });

  async function shownBy(...liars: MeshNode[]) {
    const me = await asker(...liars);
    const found = await search(me, 'weather forecast');
    expect(me.registry.list('network').map(({ name }) => name)).toEqual(found.names);
    return { ...found, reasons: me.registry.lookup.refusals() };
  }

  it('is believed where it tells the truth', async () => {
    let record: Uint8Array | undefined;
    const honest = await liar({
      hits: (self) => [hit(self, (record ??= entryOf(self)))],
      records: (self) => [record ?? entryOf(self)],
      manifest: manifest.bytes,
    });
    expect((await shownBy(honest)).names).toEqual(['forecast']);
  });

  it('shows nothing with an entry that another key signed', async () => {
    const stranger = await start();
    const forged = entryOf(stranger, {}, nodes[0]?.signer);
    const forger = await liar({
      hits: () => [hit(stranger, forged)],
      records: (self) => [entryOf(stranger, {}, self.signer)],
      manifest: manifest.bytes,
    });
    const { last, names, reasons } = await shownBy(forger);
    expect(names).toEqual([]);
    expect(last).toMatchObject({ answered: 1, refused: 1 });
    expect(reasons.no_entry).toBe(1);
  });

  it('shows nothing with a manifest that is not the one that was signed', async () => {
    let record: Uint8Array | undefined;
    const other = encodeManifest({
      format: 'toolswarm-manifest/1',
      server: 'weather',
      version: '1',
      tools: [],
    });
    const swapper = await liar({
      hits: (self) => [hit(self, (record ??= entryOf(self)))],
      records: (self) => [record ?? entryOf(self)],
      manifest: other.bytes,
    });
    const { last, names, reasons } = await shownBy(swapper);
    expect(names).toEqual([]);
    expect(last?.refused).toBe(1);
    expect(reasons.no_manifest).toBe(1);
  });

  it('shows nothing under a fingerprint or a name that the manifest does not have', async () => {
    let record: Uint8Array | undefined;
    const renamer = await liar({
      hits: (self) => {
        record ??= entryOf(self);
        return [
          hit(self, record, { fingerprint: new Uint8Array(32) }),
          hit(self, record, { tool: 'weather_of_gold' }),
        ];
      },
      records: (self) => [record ?? entryOf(self)],
      manifest: manifest.bytes,
    });
    const me = await asker(renamer);
    const found = await search(me, 'weather forecast');
    expect(found.names).toEqual([]);
    expect(found.last?.refused).toBe(2);
    expect(me.registry.lookup.refusals().other_tool).toBe(2);
  });

  it('shows no private tools of others, nor what has nothing to do with the question', async () => {
    const owner = await start();
    let record: Uint8Array | undefined;
    const tattler = await liar({
      hits: (self) => {
        record ??= entryOf(self);
        const secret = entryOf(owner, { private: true });
        return [
          hit(owner, secret, { key: entryKey(owner.providerId, owner.peerId, 'weather', true) }),
          hit(self, record),
        ];
      },
      records: (self) => [entryOf(owner, { private: true }), record ?? entryOf(self)],
      manifest: manifest.bytes,
    });
    const me = await asker(tattler);
    const found = await search(me, 'letters');
    expect(found.names).toEqual([]);
    expect(me.registry.lookup.refusals()).toMatchObject({ not_its_own: 1, beside_the_point: 1 });
    expect(me.records.ofOwner(owner.providerId)).toEqual([]);
  });

  it('that sends nonsense, or thousands of hits for nothing, costs a bounded number of questions', async () => {
    const babbler = await start({ role: 'hostile' });
    babbler.network.serve(SEARCH_PROTOCOL, () => utf8('not cbor'));
    const flooder = await liar({
      hits: (self) =>
        Array.from({ length: 100 }, (_, n) =>
          hit(self, Uint8Array.of(n), { key: entryKey(self.providerId, self.peerId, `weather${n}`, false) }),
        ),
    });
    const me = await asker(babbler, flooder);
    const found = await search(me, 'weather');
    expect(found.names).toEqual([]);
    const reasons = me.registry.lookup.refusals();
    expect(reasons.malformed).toBe(1);
    expect(reasons.wrong_too_often).toBeGreaterThan(60);
    expect(found.last).toMatchObject({ asked: 2, answered: 1, done: true });
  });
});
