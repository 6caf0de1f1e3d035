/**
 * Which names of the directory are like others, and who was known first. Kept up to date listing by listing; when each
 * name was met first is kept on disk.
 */
import {
  type NameClaim,
  type NamedThing,
  type Resemblance,
  meetingPoint,
  outranks,
  resembled,
} from '#shared/features/registry/conflicts.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { toHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database, Migration } from '../../platform/sqlite.ts';
import type { Directory, DirectoryTool, Listing, ListingKey } from './directory.ts';

export const conflictsMigrations: readonly Migration[] = [
  {
    slice: 'registry-names',
    version: 1,
    up: `
      CREATE TABLE registry_names_met (
        claim TEXT PRIMARY KEY,           -- what:provider[/server[/tool]]
        name TEXT NOT NULL,               -- SHA-256: enough to see that it is another one
        first_met_at INTEGER NOT NULL,
        last_met_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
];

/** Names whose first meeting is remembered; those met longest ago go. */
const MAX_MET = 50_000;

export interface Conflicts {
  /** What the names of a tool, of its server and of its provider are like, the best known first. */
  of(tool: DirectoryTool): Resemblance[];
  /**
   * Takes in what changed in the directory.
   *
   * @returns `provider/server/` of servers of others whose conflicts may be different now.
   */
  catchUp(): ReadonlySet<string>;
}

export interface ConflictsDeps {
  db: Database;
  clock: Clock;
  directory: Directory;
  self: ProviderId;
  /** Whether the operator marked a provider as known to him. */
  isKnown(provider: ProviderId): boolean;
}

/** A claim as it is kept: how well its maker is known is asked anew each time. */
type Kept = Omit<NameClaim, 'standing'>;

export function createConflicts({ clock, db, directory, isKnown, self }: ConflictsDeps): Conflicts {
  const met = createMeetings(db, clock);
  const claims = new Map<string, Kept>();
  /** Claims by what they look like. */
  const points = new Map<string, Set<Kept>>();
  /** Nodes that offer a server, by provider and server. */
  const offering = new Map<ProviderId, Map<string, Set<string>>>();
  /** Claimed tools of own servers. */
  const ownTools = new Map<string, ReadonlySet<string>>();
  /** Listings that could not be taken in (a full disk); bounded as the directory is. */
  let owed: readonly ListingKey[] = [];

  const withStanding = (claim: Kept): NameClaim => ({
    ...claim,
    standing: claim.providerId === self ? 'own' : isKnown(claim.providerId) ? 'known' : 'stranger',
  });

  function put(key: string, claim: Omit<Kept, 'since'>, affected: Set<string>): void {
    const before = claims.get(key);
    if (before?.name === claim.name) return;
    remove(key, affected);
    const kept = { ...claim, since: met.since(key, claim.name) };
    claims.set(key, kept);
    const point = meetingPoint(kept);
    points.set(point, (points.get(point) ?? new Set()).add(kept));
    noteAffected(kept, affected);
  }

  function remove(key: string, affected: Set<string>): void {
    const claim = claims.get(key);
    if (!claim) return;
    claims.delete(key);
    const point = meetingPoint(claim);
    const there = points.get(point);
    there?.delete(claim);
    if (there?.size === 0) points.delete(point);
    noteAffected(claim, affected);
  }

  /** Only those who are less known see a difference: a flood of strangers under one name makes work for nobody. */
  function noteAffected(claim: Kept, affected: Set<string>): void {
    const ranked = withStanding(claim);
    for (const other of points.get(meetingPoint(claim)) ?? [])
      if (other !== claim && outranks(ranked, withStanding(other)))
        affected.add(
          other.server === undefined ? `${other.providerId}/` : `${other.providerId}/${other.server}/`,
        );
  }

  function claimAll(listing: Listing, affected: Set<string>): void {
    const { provider, providerName, server } = listing;
    const name = stripHidden(providerName).trim();
    if (name) put(`provider:${provider}`, { what: 'provider', name, providerId: provider }, affected);
    else remove(`provider:${provider}`, affected);
    put(
      `server:${provider}/${server}`,
      { what: 'server', name: server, providerId: provider, server },
      affected,
    );
    if (listing.local) claimTools(server, new Set(listing.tools.map((tool) => tool.name)), affected);
  }

  /** Of tools only the operator's own are worth imitating by themselves; those of others are met at their servers. */
  function claimTools(server: string, tools: ReadonlySet<string>, affected: Set<string>): void {
    const key = (tool: string) => `tool:${self}/${server}/${tool}`;
    for (const tool of ownTools.get(server) ?? []) if (!tools.has(tool)) remove(key(tool), affected);
    for (const name of tools) put(key(name), { what: 'tool', name, providerId: self, server }, affected);
    if (tools.size > 0) ownTools.set(server, tools);
    else ownTools.delete(server);
  }

  function unclaim(provider: ProviderId, server: string, affected: Set<string>): void {
    remove(`server:${provider}/${server}`, affected);
    if (provider === self) claimTools(server, NOTHING, affected);
    if (!offering.has(provider)) remove(`provider:${provider}`, affected);
  }

  /** Notes who offers a server. Returns whether anybody does. */
  function isOffered({ peer, provider, server }: ListingKey, here: boolean): boolean {
    const servers = offering.get(provider) ?? new Map<string, Set<string>>();
    const peers = servers.get(server) ?? new Set();
    if (here) peers.add(peer);
    else peers.delete(peer);
    if (peers.size > 0) servers.set(server, peers);
    else servers.delete(server);
    if (servers.size > 0) offering.set(provider, servers);
    else offering.delete(provider);
    return peers.size > 0;
  }

  const take = db.transaction((listings: readonly ListingKey[]): ReadonlySet<string> => {
    const affected = new Set<string>();
    for (const key of listings) {
      const listing = directory.listing(key.provider, key.peer, key.server);
      const offered = isOffered(key, listing !== undefined);
      if (listing) claimAll(listing, affected);
      else if (!offered) unclaim(key.provider, key.server, affected);
    }
    met.trim();
    return affected;
  });

  /** What one name of a tool is like. */
  function look(what: NamedThing, name: string, of: Listing): Resemblance[] {
    const { provider, server } = of;
    const key = what === 'provider' ? `provider:${provider}` : `server:${provider}/${server}`;
    const mine = claims.get(key);
    const claim = withStanding({
      what,
      name,
      providerId: provider,
      ...(what === 'provider' ? {} : { server }),
      since: mine?.since ?? clock.now(),
    });
    return resembled(claim, map(points.get(meetingPoint(claim)) ?? [], withStanding)).map(
      ({ kind, like }) => ({
        what,
        kind,
        name,
        like: describe(like),
      }),
    );
  }

  function describe({ name, providerId, server, since, standing }: NameClaim): Resemblance['like'] {
    const providerName = claims.get(`provider:${providerId}`)?.name;
    return {
      name,
      providerId,
      ...(providerName ? { providerName } : {}),
      ...(server === undefined ? {} : { server }),
      standing,
      since,
    };
  }

  return {
    of({ listing, tool }) {
      if (listing.provider === self) return [];
      const name = claims.get(`provider:${listing.provider}`)?.name;
      return [
        ...(name ? look('provider', name, listing) : []),
        ...look('server', listing.server, listing),
        ...look('tool', tool.name, listing),
      ];
    },
    catchUp() {
      owed = [...owed, ...directory.takeTouchedListings()];
      if (owed.length === 0) return NOTHING;
      const affected = take(owed);
      owed = [];
      return affected;
    },
  };
}

const NOTHING: ReadonlySet<string> = new Set();

function* map<From, To>(items: Iterable<From>, to: (item: From) => To): Generator<To> {
  for (const item of items) yield to(item);
}

/** When names were met first. A maker who takes another name is met anew under it. */
function createMeetings(db: Database, clock: Clock) {
  const sql = {
    get: db.prepare<[string], { name: string; since: number }>(
      'SELECT name, first_met_at AS since FROM registry_names_met WHERE claim = ?',
    ),
    put: db.prepare(
      `INSERT INTO registry_names_met VALUES (@claim, @name, @since, @now)
       ON CONFLICT (claim) DO UPDATE SET name = @name, first_met_at = @since, last_met_at = @now`,
    ),
    count: db.prepare<[], { n: number }>('SELECT count(*) AS n FROM registry_names_met'),
    trim: db.prepare(
      `DELETE FROM registry_names_met WHERE claim IN
       (SELECT claim FROM registry_names_met ORDER BY last_met_at, claim LIMIT ?)`,
    ),
  };
  let kept = sql.count.get()?.n ?? 0;
  return {
    since(claim: string, name: string): number {
      const now = clock.now();
      const known = sql.get.get(claim);
      const hash = toHex(sha256Bytes(utf8(name)));
      const since = known?.name === hash ? known.since : now;
      sql.put.run({ claim, name: hash, since, now });
      if (!known) kept += 1;
      return since;
    },
    trim(): void {
      if (kept <= MAX_MET) return;
      sql.trim.run(kept - MAX_MET + Math.floor(MAX_MET / 10));
      kept = sql.count.get()?.n ?? 0;
    },
  };
}
