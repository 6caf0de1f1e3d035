/**
 * Servers of other providers that this node shares on. To its own consumers such a server is one of this node's: the same
 * rules, limits and records hold. Behind it, calls go on to the provider it came from, with the chain of grants that lets
 * them; whoever stands in the chain can end what follows.
 *
 *     await resharing.add({ name: 'files', provider, server: 'files' });
 *     resharing.target('files')?.request({ method: 'tools/call', params }, exchange);
 *
 * Invariants: nothing is shared on without a chain that holds; a tool that is not approved here is not shared on; a call
 * never passes twice through one provider.
 */
import { SEAL_POLICIES, type SealPolicy } from '#shared/features/access/seal-policies.ts';
import { type Link, partiesOf } from '#shared/features/access/delegation.ts';
import { MAX_RESHARES } from '#shared/features/relay/resharing.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import type { McpExchange, McpTarget } from '#shared/features/servers/mcp.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { Grants } from '../../access/index.ts';
import type { CallableTool, CatalogEntry } from '../../registry/index.ts';
import { createReshareStore, type Reshare } from './store.ts';

export { resharingMigrations, type Reshare } from './store.ts';

export interface ResharingEvents {
  /** Its tools or its chain changed, or it came or went. */
  changed: { name: string };
}

/** A server that is shared on, as it stands. */
export interface Passed extends Reshare {
  tools: readonly Tool[];
  /** Whether calls are sealed up to its origin: the strictest that any of its tools wants. */
  seal: SealPolicy;
  /** Grants that let this node share it on, the origin's first; empty while none does. */
  chain: readonly Link[];
  /** The origin first, this node last; empty while nothing lets it share on. */
  parties: readonly ProviderId[];
}

export interface Resharing extends EventSource<ResharingEvents> {
  start(): void;
  stop(): void;
  list(): Passed[];
  get(name: string): Passed | undefined;
  has(name: string): boolean;
  /**
   * Asks the provider for leave where it is not held already, and keeps it. Rejects with `access.not_delegable`,
   * `access.cannot_ask`, `access.in_circles` or `access.too_many_reshares`.
   */
  add(wanted: Reshare): Promise<Passed>;
  remove(name: string): void;
  /** A tool that is shared on, as one of this node's. */
  callable(name: string, tool: string): CallableTool | undefined;
  target(name: string): McpTarget | undefined;
  /** To which node sealed calls of it are brought, by whose leave, and under which name it goes there. */
  onward(name: string): { peerId: PeerId; at: string | undefined; via: readonly string[] } | undefined;
  /** Whether a held grant lets something be shared on. */
  isNeeded(grant: string): boolean;
  /** Something that it rests on may have changed. */
  refresh(): void;
}

export interface ResharingDeps {
  db: Database;
  clock: Clock;
  log: Log;
  self(): ProviderId;
  grants: Pick<Grants, 'held' | 'askToShareOn' | 'readChain' | 'on'>;
  /** Tools that are approved here. */
  catalog(): readonly CatalogEntry[];
  callableById(id: string): CallableTool;
  callTool(id: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject>;
  /** Nodes of a provider that are connected and take calls. */
  nodesOf(provider: ProviderId): readonly PeerId[];
}

/** Leave is asked for again when it has less left than this, looked at so often. */
const RENEWED_MS = 7 * 24 * 3_600_000;
const LOOK_MS = 3_600_000;

export function createResharing(deps: ResharingDeps): Resharing {
  const { clock } = deps;
  const store = createReshareStore(deps.db);
  const events = createEmitter<ResharingEvents>((error) =>
    deps.log.error({ err: error }, 'a listener failed'),
  );
  /** As each was told of last, to tell changes only. */
  const told = new Map<string, string>();
  const ends: Array<() => void> = [];

  /** The chain that lasts longest of those that let a server be shared on. */
  function chainFor({ provider, server }: Reshare): readonly Link[] {
    const chains = deps.grants
      .held()
      .filter((held) => held.provider === provider && held.grant.server === server && held.grant.depth)
      .flatMap(({ bytes, parents }) => [deps.grants.readChain([...parents, bytes]) ?? []])
      .filter((links) => partiesOf(links, clock.now()).ok)
      .sort((a, b) => (b.at(-1)?.grant.exp ?? 0) - (a.at(-1)?.grant.exp ?? 0));
    return chains[0] ?? [];
  }

  function stateOf(reshare: Reshare): Passed {
    const chain = chainFor(reshare);
    const parties = partiesOf(chain, clock.now());
    const from = `${reshare.provider}/${reshare.server}`;
    const last = chain.at(-1)?.grant.tools;
    const entries = deps
      .catalog()
      .filter(({ server, tool }) => server === from && (!last || last.includes(tool.name)));
    const policies = entries.map(({ id }) => deps.callableById(id).seal ?? 'off');
    const seal = SEAL_POLICIES.findLast((policy) => policies.includes(policy)) ?? 'off';
    const tools = entries.map(({ tool }) => tool);
    return { ...reshare, tools, seal, chain, parties: parties.ok ? parties.value : [] };
  }

  const get = (name: string): Passed | undefined => {
    const reshare = store.get(name);
    return reshare && stateOf(reshare);
  };

  function idOf({ provider, server }: Reshare, tool: string): string | undefined {
    const from = `${provider}/${server}`;
    return deps.catalog().find((entry) => entry.server === from && entry.tool.name === tool)?.id;
  }

  function refresh(): void {
    for (const reshare of store.list()) {
      const { chain, tools } = stateOf(reshare);
      const now = JSON.stringify([chain.map(({ bytes }) => toBase64Url(bytes)), tools]);
      if (told.get(reshare.name) === now) continue;
      told.set(reshare.name, now);
      events.emit('changed', { name: reshare.name });
    }
  }

  function renew(): void {
    for (const reshare of store.list()) {
      const until = chainFor(reshare).at(-1)?.grant.exp ?? 0;
      if (until - clock.now() > RENEWED_MS) continue;
      deps.grants.askToShareOn(reshare.provider, reshare.server).catch((error: unknown) => {
        deps.log.debug({ err: error, name: reshare.name }, 'leave to share on was not given now');
      });
    }
    refresh();
  }

  function targetOf(reshare: Reshare): McpTarget {
    return {
      async request({ method, params = {} }, exchange) {
        if (method !== 'tools/call') throw relayError('relay.no_such_tool');
        const name = String(params['name']);
        const id = idOf(reshare, name);
        if (id === undefined) throw relayError('relay.no_such_tool');
        const { chain } = stateOf(reshare);
        if (chain.length === 0) throw relayError('access.branch_cut');
        const via = exchange.via ?? chain.map(({ bytes }) => toBase64Url(bytes));
        return deps.callTool(id, params, { ...exchange, via });
      },
    };
  }

  return {
    on: events.on,
    start() {
      const timer = clock.every(LOOK_MS, renew);
      ends.push(() => timer.cancel(), deps.grants.on('heldChanged', refresh));
      renew();
    },
    stop() {
      for (const end of ends.splice(0)) end();
    },
    list: () => store.list().map(stateOf),
    get,
    has: (name) => store.get(name) !== undefined,
    async add(wanted) {
      if (!store.get(wanted.name) && store.list().length >= MAX_RESHARES) throw tooMany();
      if (wanted.provider === deps.self()) throw own();
      if (chainFor(wanted).length === 0) await deps.grants.askToShareOn(wanted.provider, wanted.server);
      if (chainFor(wanted).length === 0) throw notDelegable();
      store.put(wanted);
      refresh();
      return stateOf(wanted);
    },
    remove(name) {
      store.remove(name);
      told.delete(name);
      events.emit('changed', { name });
    },
    callable(name, tool) {
      const passed = get(name);
      const id = passed && passed.chain.length > 0 ? idOf(passed, tool) : undefined;
      if (!passed || id === undefined || !passed.tools.some((one) => one.name === tool)) return undefined;
      const { fingerprint, tool: definition } = deps.callableById(id);
      const here = { provider: deps.self(), server: name, local: true, state: 'local' as const };
      return { id, tool: definition, fingerprint, nodes: [], addresses: [], ...here };
    },
    target(name) {
      const reshare = store.get(name);
      return reshare && targetOf(reshare);
    },
    onward(name) {
      const passed = get(name);
      // The same node for all calls while it is there: sessions live at one node.
      const [peerId] = passed ? deps.nodesOf(passed.provider).toSorted() : [];
      if (!passed || passed.chain.length === 0 || peerId === undefined) return undefined;
      return {
        peerId,
        at: passed.chain.length > 1 ? passed.server : undefined,
        via: passed.chain.map(({ bytes }) => toBase64Url(bytes)),
      };
    },
    isNeeded: (grant) =>
      store.list().some((reshare) =>
        deps.grants.held().some(({ grant: { server }, id, provider }) => {
          return id === grant && provider === reshare.provider && server === reshare.server;
        }),
      ),
    refresh,
  };
}

const own = (): AppError =>
  new AppError('access.in_circles', 'This server is this provider’s own.', {
    advice: 'Share it itself; only servers of others can be shared on.',
  });

const notDelegable = (): AppError =>
  new AppError('access.not_delegable', 'Its provider does not let this server be shared on by this node.', {
    advice: 'Ask him to let it, or for a grant with a depth.',
  });

const tooMany = (): AppError =>
  new AppError('access.too_many_reshares', `${MAX_RESHARES} servers are shared on already.`, {
    advice: 'End one of them first.',
  });
