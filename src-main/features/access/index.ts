/**
 * Who may see and call what this node shares. Nothing is shared until a person says so, and with whom.
 *
 *     const access = createAccess({ db, clock, log, standing });
 *     access.share({ server: 'files', audience: { kind: 'known' }, tools });
 *     access.mayCall(providerId, 'files', 'read_file'); // { ok: false, reason: 'access.not_known' }
 *
 * Invariants: deny by default; a share is in the store before `shared` is emitted; a block outranks every share;
 * decisions are made anew on every call, never cached.
 */
import type { Audience, ListedFor, Share, ToolAudience } from '#shared/features/access/contract.ts';
import { audienceSchema, shareSchema } from '#shared/features/access/contract.ts';
import {
  type AccessRule,
  callersOf,
  isOpenTo,
  mayCall,
  maySee,
  type Permission,
  riskyTools,
} from '#shared/features/access/rules.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { StandingOf } from '#shared/features/trust/standing.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { type NetworkId, type ProviderId, providerKeyOf, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { fail, type Result } from '#shared/kernel/result.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Grants } from './grants/grants.ts';
import { createLimitBook, type LimitBook } from './limit-book.ts';

export { createLimitHandlers } from './handlers.ts';
export { accessMigrations } from './migrations.ts';
export { createGrants, type Grants, type SharingOn } from './grants/grants.ts';
export type { AccessRule } from '#shared/features/access/rules.ts';

export interface AccessEvents {
  /** A server is shared, shared otherwise than before, or no longer (`share` undefined). */
  shareChanged: { server: string; share: Share | undefined };
  limitsChanged: object;
}

export interface ShareRequest {
  server: string;
  audience: Audience;
  /** Who sees it beside those who may call it. */
  listedFor?: ListedFor | undefined;
  /** Only these tools; absent: all. */
  tools?: string[] | undefined;
  overrides?: Share['overrides'];
  /** Who may call it may share it on. Default: nobody may. */
  delegation?: Share['delegation'];
  /** Whether calls are sealed up to this node. Default: they are not. */
  seal?: Share['seal'];
  category?: string | undefined;
  /** Where “everyone” is; absent: in the public network. */
  networks?: readonly NetworkId[] | undefined;
  /** The person confirmed opening risky tools to everyone. */
  confirmed: boolean;
  /** The server's tools as it lists them now; what is shared is checked against them. */
  offered: readonly Tool[];
}

export interface Access extends EventSource<AccessEvents> {
  shares(): Share[];
  shareOf(server: string): Share | undefined;
  /** Throws `access.confirm_everyone`, `access.no_such_tool` or `ids.bad_provider`. */
  share(request: ShareRequest): Share;
  unshare(server: string): void;
  /** A server goes by another name: its share moves with it. */
  rename(from: string, to: string): void;
  /** Whether any share names this provider. */
  concerns(provider: ProviderId): boolean;
  /** A provider goes by a new key: shares that named the old one name the new one. */
  follow(from: ProviderId, to: ProviderId): void;
  /** A network is gone for good: nothing is shared there any more, not even if it is entered again. */
  forgetNetwork(network: NetworkId): void;
  /** How much others may use of what is shared. */
  readonly limits: Pick<LimitBook, 'list' | 'set' | 'of' | 'ofServer' | 'forget'>;
  /** Whether a provider may call the server at all, by its share or under a grant. */
  isOpenTo(provider: ProviderId, server: string): boolean;
  /** `network`: through which it is asked; what everyone may see is seen in the networks it is shared in only. */
  maySee(provider: ProviderId, server: string, network?: NetworkId): Result<Share, AccessRule>;
  mayCall(
    provider: ProviderId,
    server: string,
    tool: string,
    network?: NetworkId,
  ): Result<Permission, AccessRule>;
}

export interface AccessDeps {
  db: Database;
  clock: Clock;
  log: Log;
  standing: StandingOf;
  /** What grants say where a share does not let a provider in. Default: there are none. */
  granted?: Grants['covering'];
}

export function createAccess(deps: AccessDeps): Access {
  const events = createEmitter<AccessEvents>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const shares = loadShares(deps.db);
  const limits = createLimitBook(deps.db, () => events.emit('limitsChanged', {}));
  const save = deps.db.prepare(
    `INSERT INTO access_shares (server, audience, tools, details, shared_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server) DO UPDATE SET audience = excluded.audience, tools = excluded.tools,
       details = excluded.details, shared_at = excluded.shared_at`,
  );
  const remove = deps.db.prepare('DELETE FROM access_shares WHERE server = ?');
  const grantedBy = (call: Parameters<Grants['covering']>[0]) =>
    deps.granted?.(call) ?? fail('access.no_grant' as const);
  const question = (provider: ProviderId, server: string, network?: NetworkId) => {
    const { tier } = deps.standing(provider);
    const share = shares.get(server);
    return {
      provider,
      network,
      blocked: tier === 'blocked',
      known: tier === 'known',
      share,
      ...(deps.granted
        ? { granted: (tool: string | undefined) => grantedBy({ provider, server, tool }) }
        : {}),
    };
  };
  function put(share: Share): void {
    // Whatever else a share says, now and later, is kept with it.
    const { audience, server, sharedAt, tools, ...details } = share;
    const named = tools ? JSON.stringify(tools) : null;
    save.run(server, JSON.stringify(audience), named, JSON.stringify(details), sharedAt);
    shares.set(share.server, share);
    events.emit('shareChanged', { server: share.server, share });
  }

  function unshare(server: string): void {
    if (!shares.has(server)) return;
    remove.run(server);
    shares.delete(server);
    events.emit('shareChanged', { server, share: undefined });
  }

  return {
    on: events.on,
    limits,
    shares: () => [...shares.values()],
    shareOf: (server) => shares.get(server),
    share(request) {
      checkRequest(request);
      const tools = toolsOf(request);
      const share: Share = {
        server: request.server,
        audience: request.audience,
        ...listedForOf(request),
        ...(tools ? { tools: [...new Set(tools)] } : {}),
        ...detailsOf(request),
        ...networksOf(request),
        sharedAt: deps.clock.now(),
      };
      put(share);
      return share;
    },
    unshare,
    forgetNetwork(network) {
      for (const share of [...shares.values()]) {
        if (!share.networks?.includes(network)) continue;
        const networks = share.networks.filter((other) => other !== network);
        if (networks.length > 0) put({ ...share, networks });
        else if (share.audience.kind === 'everyone') unshare(share.server);
        else put(unlisted(share));
      }
    },
    rename(from, to) {
      limits.rename(from, to);
      const share = shares.get(from);
      if (!share) return;
      put({ ...share, server: to });
      remove.run(from);
      shares.delete(from);
      events.emit('shareChanged', { server: from, share: undefined });
    },
    concerns: (provider) =>
      [...shares.values()]
        .flatMap(({ audience, listedFor }) => (listedFor ? [audience, listedFor] : [audience]))
        .some((whom) => whom.kind === 'providers' && whom.providers.includes(provider)),
    follow(from, to) {
      limits.follow(from, to);
      for (const share of shares.values()) {
        const followed = followedBy(share, from, to);
        if (JSON.stringify(followed) !== JSON.stringify(share)) put(followed);
      }
    },
    isOpenTo: (provider, server) => isOpenTo(question(provider, server)),
    maySee: (provider, server, network) => maySee(question(provider, server, network)),
    mayCall: (provider, server, tool, network) => mayCall(question(provider, server, network), tool),
  };
}

/** Who may call it sees it anyway: what adds nothing is not kept. */
function listedForOf({ audience, listedFor }: ShareRequest): Pick<Share, 'listedFor'> {
  if (!listedFor || audience.kind === 'everyone') return {};
  return audience.kind === 'known' && listedFor.kind === 'known' ? {} : { listedFor };
}

const unlisted = ({ listedFor: _listedFor, networks: _networks, ...share }: Share): Share => share;

/** The public network alone is what is meant where nothing is said; other audiences are not bound to networks. */
function networksOf({ audience, listedFor, networks }: ShareRequest): Pick<Share, 'networks'> {
  if (!networks || (audience.kind !== 'everyone' && listedFor?.kind !== 'everyone')) return {};
  const wanted = [...new Set(networks)];
  return wanted.length === 1 && wanted[0] === PUBLIC_NETWORK ? {} : { networks: wanted };
}

/** Without what says nothing, so that a share reads as it was meant. */
function detailsOf({
  category,
  overrides,
  delegation,
  seal,
}: ShareRequest): Pick<Share, 'overrides' | 'category' | 'delegation' | 'seal'> {
  const telling = Object.entries(overrides ?? {}).flatMap(
    ([tool, { audience, caching, note, seal, tags }]) => {
      const override = {
        ...(audience ? { audience } : {}),
        ...(note?.trim() ? { note: note.trim() } : {}),
        ...(tags && tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
        ...(caching ? { caching } : {}),
        ...(seal ? { seal } : {}),
      };
      return Object.keys(override).length > 0 ? [[tool, override] as const] : [];
    },
  );
  return {
    ...(telling.length > 0 ? { overrides: Object.fromEntries(telling) } : {}),
    ...(category?.trim() ? { category: category.trim() } : {}),
    ...(seal && seal !== 'off' ? { seal } : {}),
    ...(delegation ? { delegation } : {}),
  };
}

/** The share with every mention of one provider turned into another. */
function followedBy(share: Share, from: ProviderId, to: ProviderId): Share {
  const audience = <Kind extends Audience | ListedFor | ToolAudience>(given: Kind): Kind =>
    given.kind === 'providers'
      ? {
          ...given,
          providers: [...new Set(given.providers.map((provider) => (provider === from ? to : provider)))],
        }
      : given;
  const overrides = Object.entries(share.overrides ?? {}).map(
    ([tool, override]) =>
      [tool, override.audience ? { ...override, audience: audience(override.audience) } : override] as const,
  );
  return {
    ...share,
    audience: audience(share.audience),
    ...(share.listedFor ? { listedFor: audience(share.listedFor) } : {}),
    ...(share.overrides ? { overrides: Object.fromEntries(overrides) } : {}),
  };
}

/**
 * Which tools a share names. A yes to everyone that was given without the warning holds for the harmless tools that were
 * there: one that comes later may be a risky one.
 */
function toolsOf({ audience, confirmed, offered, tools }: ShareRequest): readonly string[] | undefined {
  if (tools || audience.kind !== 'everyone' || confirmed) return tools;
  return offered.map(({ name }) => name);
}

function checkRequest(request: ShareRequest): void {
  const { audience, confirmed, offered, overrides = {}, server, tools } = request;
  for (const { kind, ...rest } of [
    audience,
    ...(request.listedFor ? [request.listedFor] : []),
    ...Object.values(overrides).flatMap(({ audience: own }) => own ?? []),
  ])
    if (kind === 'providers' && 'providers' in rest)
      for (const provider of rest.providers) providerKeyOf(provider);
  const named = [...(tools ?? []), ...Object.keys(overrides)];
  const missing = named.find((name) => !offered.some((tool) => tool.name === name));
  if (missing !== undefined) throw noSuchTool(server, missing);
  if (audience.kind !== 'everyone' || confirmed) return;
  const share: Share = { server, audience, sharedAt: 0, ...(tools ? { tools } : {}), overrides };
  const open = offered.filter((tool) => callersOf(share, tool.name).kind === 'everyone');
  const risky = riskyTools(open);
  if (risky.length > 0) throw confirmEveryone(risky);
}

const noSuchTool = (server: string, tool: string): AppError =>
  new AppError('access.no_such_tool', `“${server}” has no tool named “${tool.slice(0, 80)}”.`, {
    advice: 'Look at `toolswarm tools list` for the names.',
  });

const confirmEveryone = (risky: readonly string[]): AppError =>
  new AppError(
    'access.confirm_everyone',
    `Everyone on the network could change things or read files here through ${risky.slice(0, 5).join(', ')}${risky.length > 5 ? ' and others' : ''}.`,
    {
      advice: 'Share with named providers instead, pick harmless tools with --tool, or confirm with --yes.',
      details: { tools: risky.slice(0, 100) },
    },
  );

function loadShares(db: Database): Map<string, Share> {
  const rows = db
    .prepare('SELECT server, audience, tools, details, shared_at FROM access_shares')
    .all() as Array<{
    server: string;
    audience: string;
    tools: string | null;
    details: string;
    shared_at: number;
  }>;
  return new Map(
    rows.map((row) => [
      row.server,
      shareSchema.parse({
        server: row.server,
        audience: audienceSchema.parse(JSON.parse(row.audience)),
        ...(row.tools ? { tools: JSON.parse(row.tools) as unknown } : {}),
        ...(JSON.parse(row.details) as object),
        sharedAt: row.shared_at,
      }),
    ]),
  );
}
