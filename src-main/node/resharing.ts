/** Servers of others that are shared on: how the slices that have a part in it fit together, and what the operator commands. */
import { canGiveOn } from '#shared/features/access/delegation.ts';
import type { Share } from '#shared/features/access/contract.ts';
import type { resharingContract, ReshareView } from '#shared/features/relay/resharing.ts';
import { MAX_DEPTH } from '#shared/features/access/depth.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Access, SharingOn } from '../features/access/index.ts';
import type { Registry } from '../features/registry/index.ts';
import type { Passed, Relay, Resharing } from '../features/relay/index.ts';
import type { Servers } from '../features/servers/index.ts';

/** How a provider may share on what is open to him here: no further than the share, and the chain behind it, let him. */
export function sharingOnTerms(
  { access, resharing, self }: { access: Access; resharing: Pick<Resharing, 'get'>; self: ProviderId },
  provider: ProviderId,
  server: string,
): SharingOn | undefined {
  const share = access.shareOf(server);
  if (!share?.delegation || !access.isOpenTo(provider, server)) return undefined;
  const chain = resharing.get(server)?.chain ?? [];
  const may = canGiveOn(chain, self, provider);
  if (!may.ok) return undefined;
  const last = chain.at(-1);
  const depth = Math.min(share.delegation.depth, may.value.depth, MAX_DEPTH);
  const tools = narrowed(share.tools, last?.grant.tools);
  return {
    depth,
    ...(tools ? { tools } : {}),
    ...(last ? { parent: { hash: sha256Bytes(last.bytes), exp: last.grant.exp } } : {}),
  };
}

/** What both name; those that name none name all. */
function narrowed(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): string[] | undefined {
  if (!one || !other) return one ? [...one] : other && [...other];
  return one.filter((tool) => other.includes(tool));
}

export interface ResharingSlices {
  access: Access;
  registry: Registry;
  relay: Pick<Relay, 'recheck'>;
  resharing: Resharing;
  servers: Pick<Servers, 'on'>;
}

/** What is shared on is published as one of this node's servers, and goes with the leave to share it on. */
export function wireResharing({
  access,
  registry,
  relay,
  resharing,
  servers,
}: ResharingSlices): Array<() => void> {
  const publish = (name: string): void => {
    const passed = resharing.get(name);
    const isThere = passed !== undefined && passed.chain.length > 0 && passed.tools.length > 0;
    registry.setPassedOn(name, isThere ? localServerOf(passed) : undefined);
    registry.setShare(name, isThere ? access.shareOf(name) : undefined);
    relay.recheck();
  };
  for (const { name } of resharing.list()) publish(name);
  return [
    resharing.on('changed', ({ name }) => publish(name)),
    registry.on('catalogChanged', resharing.refresh),
    // A server of this node's own takes the name, and must not inherit the audience.
    servers.on('added', ({ server }) => {
      if (!resharing.has(server)) return;
      resharing.remove(server);
      access.unshare(server);
    }),
  ];
}

const localServerOf = ({ chain, tools }: Passed) => ({
  tags: [],
  via: chain.map(({ bytes }) => toBase64Url(bytes)),
  offers: {
    serverInfo: { name: chain[0]?.grant.server ?? '', version: '1' },
    capabilities: { tools: {} },
    protocolVersion: '',
    era: 'legacy' as const,
    tools: [...tools],
    prompts: [],
    resources: [],
    resourceTemplates: [],
    listedAt: 0,
  },
});

export function createResharingHandlers(
  slices: ResharingSlices & { servers: Pick<Servers, 'has'> },
  nameOf: (provider: ProviderId) => string | undefined,
): Handlers<typeof resharingContract> {
  const { access, resharing, servers } = slices;
  const view = (passed: Passed) => viewOf(passed, access.shareOf(passed.name), nameOf);
  return {
    'reshares.list': () => ({ items: resharing.list().map(view) }),
    async 'reshares.add'({ audience, confirmed, delegation, name: given, provider, server, tools }) {
      const name = given ?? server;
      if (servers.has(name)) throw nameTaken(name);
      const before = resharing.get(name);
      if (before && (before.provider !== provider || before.server !== server)) throw nameTaken(name);
      const passed = await resharing.add({ name, provider, server });
      try {
        access.share({
          server: name,
          audience,
          tools,
          delegation,
          seal: passed.seal,
          confirmed,
          offered: passed.tools,
        });
      } catch (error) {
        // Nothing that a person did not say yes to stays behind.
        if (!before) resharing.remove(name);
        throw error;
      }
      return view(passed);
    },
    'reshares.remove'({ name }) {
      if (!resharing.has(name)) throw unknownReshare();
      resharing.remove(name);
      access.unshare(name);
      return {};
    },
  };
}

function viewOf(
  { chain, name, parties, provider, server, tools }: Passed,
  share: Share | undefined,
  nameOf: (provider: ProviderId) => string | undefined,
): ReshareView {
  const last = chain.at(-1)?.grant;
  const named = (id: ProviderId) => ({ provider: id, ...(nameOf(id) ? { name: nameOf(id) } : {}) });
  const shown = tools.map((tool) => tool.name).filter((tool) => !share?.tools || share.tools.includes(tool));
  return {
    name,
    provider,
    ...(nameOf(provider) ? { providerName: nameOf(provider) } : {}),
    server,
    tools: shown,
    state: !last ? 'cut' : shown.length === 0 ? 'nothing' : 'shared',
    via: parties.slice(0, -1).map(named),
    depth: (last?.depth ?? 1) - 1,
    ...(last ? { until: last.exp } : {}),
    ...(share ? { share } : {}),
  };
}

const nameTaken = (name: string): AppError =>
  new AppError('access.name_taken', `There is a server “${name}” here already.`, {
    advice: 'Share it on under another name.',
  });

const unknownReshare = (): AppError =>
  new AppError('access.unknown_reshare', 'No server of another provider is shared on under this name.', {
    advice: 'Look at the list again; it may have changed.',
  });
