/** The operator's limits on what others use, kept and found by what a call is about. */
import {
  DEFAULT_LIMITS,
  type LimitScope,
  type ScopedLimit,
  scopedLimitSchema,
  scopeName,
} from '#shared/features/access/limits.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Most scopes that can have a limit of their own. */
const MAX_LIMITS = 1_000;

export interface LimitedCall {
  providerId: ProviderId;
  server: string;
  tool: string;
  /** Id of the grant that it is made under. */
  grant?: string | undefined;
}

export interface LimitBook {
  list(): ScopedLimit[];
  /** One without numbers goes back to what holds by itself. Throws `access.too_many_limits`. */
  set(limit: ScopedLimit): void;
  /** Every limit that fits a call. */
  of(call: LimitedCall): readonly ScopedLimit[];
  /** What a server itself may use, and how often all together may call it. */
  ofServer(server: string): ScopedLimit | undefined;
  /** A provider goes by a new key: his limit is the new one's. */
  follow(from: ProviderId, to: ProviderId): void;
  /** A server goes by another name. */
  rename(from: string, to: string): void;
  /** A server is gone: the next of its name starts without. */
  forget(server: string): void;
}

export function createLimitBook(db: Database, onChanged: () => void = () => undefined): LimitBook {
  const limits = new Map<string, ScopedLimit>(load(db).map((limit) => [scopeName(limit.scope), limit]));
  const save = db.prepare(
    `INSERT INTO access_limits (scope, details) VALUES (?, ?)
     ON CONFLICT (scope) DO UPDATE SET details = excluded.details`,
  );
  const remove = db.prepare('DELETE FROM access_limits WHERE scope = ?');
  const get = (scope: LimitScope): ScopedLimit | undefined => limits.get(scopeName(scope));

  function set(limit: ScopedLimit): void {
    const name = scopeName(limit.scope);
    if (isEmpty(limit) && !isDefault(limit.scope)) {
      remove.run(name);
      limits.delete(name);
      onChanged();
      return;
    }
    if (!limits.has(name) && limits.size >= MAX_LIMITS) throw tooMany();
    save.run(name, JSON.stringify(limit));
    limits.set(name, limit);
    onChanged();
  }

  function move(from: LimitScope, to: LimitScope | undefined): void {
    const limit = get(from);
    if (!limit) return;
    // In this order, so that there is room for it.
    set({ scope: from });
    if (to) set({ ...limit, scope: to });
  }

  return {
    list: () => [...limits.values()],
    set,
    ofServer: (server) => get({ kind: 'server', server }),
    of({ grant, providerId, server, tool }) {
      const found = [
        get({ kind: 'all' }),
        get({ kind: 'provider', provider: providerId }) ?? get({ kind: 'each' }),
        get({ kind: 'server', server }),
        get({ kind: 'tool', server, tool }),
        grant === undefined ? undefined : get({ kind: 'grant', grant }),
      ];
      return found.filter((limit) => limit !== undefined);
    },
    follow: (from, to) => move({ kind: 'provider', provider: from }, { kind: 'provider', provider: to }),
    rename: (from, to) => moveServer(from, to),
    forget: (server) => moveServer(server, undefined),
  };

  function moveServer(from: string, to: string | undefined): void {
    for (const { scope } of [...limits.values()]) {
      if ((scope.kind !== 'server' && scope.kind !== 'tool') || scope.server !== from) continue;
      move(scope, to === undefined ? undefined : { ...scope, server: to });
    }
  }
}

const isEmpty = ({ scope: _scope, ...numbers }: ScopedLimit): boolean =>
  Object.values(numbers).every((number) => number === undefined);

/** A default that was taken away must stay away. */
const isDefault = (scope: LimitScope): boolean =>
  DEFAULT_LIMITS.some((limit) => scopeName(limit.scope) === scopeName(scope));

function load(db: Database): ScopedLimit[] {
  const rows = db.prepare('SELECT details FROM access_limits').all() as Array<{ details: string }>;
  const kept = rows.map(({ details }) => scopedLimitSchema.parse(JSON.parse(details)));
  const names = new Set(kept.map(({ scope }) => scopeName(scope)));
  return [...kept, ...DEFAULT_LIMITS.filter(({ scope }) => !names.has(scopeName(scope)))];
}

const tooMany = (): AppError =>
  new AppError('access.too_many_limits', `There are ${MAX_LIMITS} limits already.`, {
    advice: 'Remove one first, or limit servers instead of single tools.',
  });
