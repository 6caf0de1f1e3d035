/**
 * The contract answered from memory, for tests of the dashboard: realistic data, every command has its effect, streams
 * follow. It knows nothing of MCP or peers; what it calls is a few functions below.
 */
import type { NodeHandlers } from '#shared/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createLiveValue } from './live-value.ts';
import { callTool } from './tool-calls.ts';
import { identityOf, invocationOf, previewOf, settingOf, statusOf } from './views.ts';
import { knownTool, OWN_PROVIDER, server, WORDS, type World } from './world.ts';

export interface MemoryNode {
  handlers: NodeHandlers;
  world: World;
  /** Tells every stream that the world was changed by hand. */
  changed(): void;
}

const missing = (what: string) =>
  new AppError('not_found', `${what} does not exist.`, { advice: 'It may have been removed meanwhile.' });

const find = <Item>(items: readonly Item[], fits: (item: Item) => boolean, what: string): Item => {
  const found = items.find(fits);
  if (!found) throw missing(what);
  return found;
};

export function createMemoryNode(world: World, { clock }: { clock: Clock }): MemoryNode {
  const live = createLiveValue();
  const calls = createLiveValue();
  let revision = 1;
  const changed = () => {
    revision += 1;
    live.changed();
  };
  const after = <Result>(result: Result): Result => {
    changed();
    return result;
  };
  const serverOf = (name: string) =>
    find(world.servers, (item) => item.name === name, `The server “${name}”`);
  const toolOf = (id: string) =>
    find(world.tools, ({ view }) => view.id === id || view.catalogName === id, 'This tool');
  const peersOf = (id: string) => world.peers.filter((peer) => peer.providerId === id || peer.peerId === id);
  const log = (name: string, text: string) => {
    world.logs.set(name, [...(world.logs.get(name) ?? []), { at: clock.now(), stream: 'event', text }]);
  };
  const switchTo = (name: string, state: 'running' | 'disabled', text: string) => {
    const item = serverOf(name);
    Object.assign(item, { state, problem: undefined, enabled: state === 'running' });
    log(name, text);
    return after(item);
  };
  const setPeers = (id: string, part: object) => {
    for (const peer of peersOf(id)) Object.assign(peer, part);
    changed();
  };

  const handlers: NodeHandlers = {
    'node.status': () => statusOf(world),
    'node.watch': (_, { signal }) => live.follow(() => statusOf(world), signal),
    'node.stop': () => ({}),
    'node.openLink': () => ({ url: 'http://127.0.0.1:7421/#t=example' }),
    'api.tokens.list': () => ({ items: [] }),
    'api.tokens.create': ({ name, scope }) => ({
      id: 'token',
      name,
      scope,
      createdAt: clock.now(),
      token: 'example',
    }),
    'api.tokens.revoke': () => ({}),

    'identity.get': () => identityOf(world),
    'identity.setProfile': ({ displayName }) => {
      world.displayName = displayName;
      return after(identityOf(world));
    },
    'identity.revealRecoveryPhrase': () => ({ words: WORDS }),
    'identity.confirmRecoveryPhrase': ({ answers }) => {
      if (answers.some(({ position, word }) => WORDS[position - 1] !== word)) {
        throw new AppError('identity.wrong_words', 'These are not the words of the phrase.', {
          advice: 'Compare them with what you wrote down.',
        });
      }
      world.phraseConfirmed = true;
      return after(identityOf(world));
    },
    'identity.rotate': () => identityOf(world),
    'identity.setPassphrase': () => identityOf(world),

    'settings.list': () => ({ items: world.settings.map(settingOf) }),
    'settings.set': ({ key, value }) => {
      const setting = find(world.settings, (item) => item.key === key, 'This setting');
      Object.assign(setting, { value, changed: true });
      return settingOf(setting);
    },
    'settings.reset': ({ key }) => {
      const setting = find(world.settings, (item) => item.key === key, 'This setting');
      Object.assign(setting, { value: setting.defaultValue, changed: false });
      return settingOf(setting);
    },

    'peers.list': () => ({ items: world.peers }),
    'peers.watch': (_, { signal }) => live.follow(() => ({ items: world.peers }), signal),
    'peers.connect': async ({ address }, { signal }) => {
      await sleep(clock, 600, signal);
      const peerId = /\/p2p\/(\w+)$/.exec(address)?.[1];
      if (!peerId) {
        throw new AppError('p2p.bad_address', 'This is not the address of a peer.', {
          advice: 'Copy it whole from the other node; it ends with /p2p/ and an ID.',
        });
      }
      const peer = {
        peerId,
        connected: true,
        blocked: false,
        known: true,
        addresses: [address],
        latencyMs: 9,
      };
      world.peers.push(peer);
      return after(peer);
    },
    'peers.disconnect': ({ id }) => (setPeers(id, { connected: false }), {}),
    'peers.block': ({ id }) => (setPeers(id, { blocked: true, connected: false }), { id }),
    'peers.unblock': ({ id }) => (setPeers(id, { blocked: false }), { id }),
    'peers.setKnown': ({ providerId, known }) => (setPeers(providerId, { known }), {}),

    'profiles.list': () => ({ items: [{ name: 'default' }] }),
    'profiles.set': (profile) => profile,
    'profiles.remove': () => ({}),
    'clients.list': () => ({ items: [] }),
    'clients.create': ({ name, profile }) => ({
      id: 'client',
      name,
      profile,
      createdAt: clock.now(),
      token: 'example',
    }),
    'clients.revoke': () => ({}),
    'clients.connection': () => ({
      url: 'http://127.0.0.1:7420/mcp',
      token: 'tsw_mcp_b7c1e9d04f5a46d2a0c3e85b',
      socket: '/home/sam/.local/share/toolswarm/run/mcp.sock',
      command: 'npx',
      args: ['toolswarm', 'mcp'],
    }),

    'access.shares': () => ({ items: world.shares }),
    'servers.share': ({ name, audience, tools, confirmed }) => {
      serverOf(name);
      if (audience.kind === 'everyone' && !confirmed) {
        throw new AppError(
          'access.confirm_everyone',
          'This server can change things or read files, and everyone includes strangers.',
          {
            advice: 'Share it with certain providers instead, or confirm.',
          },
        );
      }
      const share = { server: name, audience, sharedAt: clock.now(), ...(tools ? { tools } : {}) };
      world.shares = [...world.shares.filter((item) => item.server !== name), share];
      return after(share);
    },
    'servers.unshare': ({ name }) => {
      world.shares = world.shares.filter((item) => item.server !== name);
      return after({});
    },

    'tools.list': () => ({ items: world.tools.map(({ view }) => view) }),
    'tools.search': ({ text }) => ({
      items: world.tools.map(({ view }) => view).filter((view) => view.name.includes(text)),
    }),
    'tools.show': ({ id }) => {
      const { view, tool, diff } = toolOf(id);
      return { ...view, tool, ...(diff ? { diff } : {}) };
    },
    'tools.approve': ({ id }) => {
      const known = toolOf(id);
      Object.assign(known.view, {
        state: 'approved',
        catalogName: `${known.view.server}_${known.view.name}`,
      });
      delete known.diff;
      return after(known.view);
    },
    'tools.reject': ({ id }) => {
      const { view } = toolOf(id);
      view.state = 'rejected';
      delete view.catalogName;
      return after(view);
    },
    'tools.alias': ({ id, alias }) => {
      const { view } = toolOf(id);
      if (alias) view.alias = alias;
      else delete view.alias;
      return after(view);
    },
    'tools.watch': (_, { signal }) => live.follow(() => ({ revision, ...statusOf(world).tools }), signal),
    'tools.call': async ({ id, arguments: given }, { signal }) => {
      const { view } = toolOf(id);
      const startedAt = clock.now();
      const result = await callTool(view.name, given, { clock, signal });
      world.calls.unshift(invocationOf(world, view, startedAt, clock.now() - startedAt));
      calls.changed();
      return { result };
    },

    'invocations.list': ({ limit, direction, outcome }) => ({
      items: world.calls
        .filter(
          (item) => (!direction || item.direction === direction) && (!outcome || item.outcome === outcome),
        )
        .slice(0, limit),
    }),
    'invocations.watch': async function* (_, { signal }) {
      const seen = new Set(world.calls.map(({ id }) => id));
      for await (const items of calls.follow(() => world.calls, signal)) {
        for (const item of items.filter(({ id }) => !seen.has(id))) {
          seen.add(item.id);
          yield item;
        }
      }
    },

    'servers.list': () => ({ items: world.servers }),
    'servers.get': ({ name }) => serverOf(name),
    'servers.watch': (_, { signal }) => live.follow(() => ({ items: world.servers }), signal),
    'servers.add': async ({ secretValues: _, ...config }, { signal }) => {
      if (world.servers.some((item) => item.name === config.name)) {
        throw new AppError('servers.name_taken', `There is a server “${config.name}” already.`, {
          advice: 'Choose another name, or remove that server first.',
          details: { name: config.name },
        });
      }
      await sleep(clock, 700, signal);
      const added = { ...server(config.name), ...config, toolCount: 1, startedAt: clock.now() };
      world.servers.push(added);
      world.tools.push(
        knownTool(
          { name: 'hello', description: 'Says hello', inputSchema: { type: 'object', properties: {} } },
          { providerId: OWN_PROVIDER, server: config.name },
        ),
      );
      log(config.name, 'started');
      return after(added);
    },
    'servers.remove': ({ name }) => {
      serverOf(name);
      world.servers = world.servers.filter((item) => item.name !== name);
      world.shares = world.shares.filter((item) => item.server !== name);
      world.tools = world.tools.filter(({ view }) => view.origin !== 'local' || view.server !== name);
      return after({});
    },
    'servers.start': ({ name }) => switchTo(name, 'running', 'started'),
    'servers.stop': ({ name }) => switchTo(name, 'disabled', 'stopped'),
    'servers.restart': ({ name }) => switchTo(name, 'running', 'restarted'),
    'servers.logs': ({ name, limit }) => ({ items: (world.logs.get(name) ?? []).slice(-limit) }),
    'servers.followLogs': async function* ({ name }, { signal }) {
      let shown = world.logs.get(name)?.length ?? 0;
      for await (const lines of live.follow(() => world.logs.get(name) ?? [], signal)) {
        yield* lines.slice(shown);
        shown = lines.length;
      }
    },
    'servers.previewImport': ({ text }) => previewOf(world, text ?? ''),
    'servers.import': ({ text, names = [] }) => {
      const { items } = previewOf(world, text ?? '');
      const added = items.filter(({ name }) => names.includes(name));
      for (const { name, config } of added) world.servers.push({ ...server(name), ...config });
      return after({ added: added.map(({ name }) => name), skipped: [] });
    },

    'recovery.backup': ({ file }) => ({ file, bytes: 48_213, createdAt: clock.now() }),
  };
  return { handlers, world, changed };
}
