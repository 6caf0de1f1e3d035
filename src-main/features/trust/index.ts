/**
 * Whom this operator believes. Today that is what he said himself: providers he knows and identities he blocked.
 *
 *     const trust = createTrust({ db, clock, log });
 *     trust.setKnown(providerId, true);
 *     trust.standing(providerId); // { tier: 'known', weight: 1 }
 *
 * Invariants: a block is local and absolute, it outranks a pin, and it is in force before `block` returns; blocks and
 * pins are in the store before anything acts on them.
 */
import type { StandingOf } from '#shared/features/trust/standing.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { isProviderId, type PeerId, type ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';

export { trustMigrations } from './migrations.ts';

/** Most identities that can be blocked or known; more is a mistake or a script gone wrong. */
const MAX_LISTED = 10_000;

export interface TrustEvents {
  blocked: { id: ProviderId | PeerId };
  unblocked: { id: ProviderId | PeerId };
  knownChanged: { providerId: ProviderId; known: boolean };
}

export interface Trust extends EventSource<TrustEvents> {
  standing: StandingOf;
  isKnown(providerId: ProviderId): boolean;
  /** Throws `ids.bad_provider` or `trust.too_many`. */
  setKnown(providerId: ProviderId, known: boolean): void;
  /** Blocks a provider id or a peer id. Throws `trust.bad_id` or `trust.too_many`. */
  block(id: ProviderId | PeerId): void;
  unblock(id: ProviderId | PeerId): void;
  /** Whether any of these identities is blocked. */
  isBlocked(...ids: Array<ProviderId | PeerId | undefined>): boolean;
  /** A provider goes by a new key: what was said of the old one holds for the new. */
  follow(from: ProviderId, to: ProviderId): void;
  known(): ProviderId[];
  blocks(): Array<ProviderId | PeerId>;
}

export interface TrustDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** Whether this is the provider that the node itself serves: its nodes know each other. Default: none is. */
  isSelf?(providerId: ProviderId): boolean;
}

export function createTrust(deps: TrustDeps): Trust {
  const events = createEmitter<TrustEvents>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const blocked = loadSet(deps.db, 'SELECT id FROM trust_blocks');
  const known = loadSet(deps.db, 'SELECT provider AS id FROM trust_known');
  const sql = {
    block: deps.db.prepare('INSERT OR IGNORE INTO trust_blocks (id, blocked_at) VALUES (?, ?)'),
    unblock: deps.db.prepare('DELETE FROM trust_blocks WHERE id = ?'),
    pin: deps.db.prepare('INSERT OR IGNORE INTO trust_known (provider, known_at) VALUES (?, ?)'),
    unpin: deps.db.prepare('DELETE FROM trust_known WHERE provider = ?'),
  };
  const trust: Trust = {
    on: events.on,
    standing(providerId) {
      if (blocked.has(providerId)) return { tier: 'blocked', weight: 0 };
      const isKnown = known.has(providerId) || deps.isSelf?.(providerId) === true;
      return isKnown ? { tier: 'known', weight: 1 } : { tier: 'unknown', weight: 0 };
    },
    isKnown: (providerId) => trust.standing(providerId).tier === 'known',
    setKnown(providerId, isKnown) {
      if (!isProviderId(providerId)) throw badId('ids.bad_provider', providerId);
      if (known.has(providerId) === isKnown) return;
      if (isKnown) refuseTooMany(known);
      if (isKnown) sql.pin.run(providerId, deps.clock.now());
      else sql.unpin.run(providerId);
      if (isKnown) known.add(providerId);
      else known.delete(providerId);
      events.emit('knownChanged', { providerId, known: isKnown });
    },
    block(id) {
      if (!isProviderId(id) && !isPeerId(id)) throw badId('trust.bad_id', id);
      if (blocked.has(id)) return;
      refuseTooMany(blocked);
      sql.block.run(id, deps.clock.now());
      blocked.add(id);
      events.emit('blocked', { id });
    },
    unblock(id) {
      if (!blocked.has(id)) return;
      sql.unblock.run(id);
      blocked.delete(id);
      events.emit('unblocked', { id });
    },
    isBlocked: (...ids) => ids.some((id) => id !== undefined && blocked.has(id)),
    follow(from, to) {
      if (known.has(from)) trust.setKnown(to, true);
      if (blocked.has(from)) trust.block(to);
    },
    known: () => [...known],
    blocks: () => [...blocked],
  };
  return trust;
}

/** Ed25519 peer ids in libp2p's base58btc text form. */
const isPeerId = (text: string): boolean => /^12D3Koo[1-9A-HJ-NP-Za-km-z]{45}$/.test(text);

function loadSet(db: Database, query: string): Set<string> {
  return new Set((db.prepare(query).all() as Array<{ id: string }>).map((row) => row.id));
}

function refuseTooMany(set: Set<string>): void {
  if (set.size >= MAX_LISTED)
    throw new AppError('trust.too_many', `More than ${MAX_LISTED} identities are listed already.`, {
      advice: 'Remove some first.',
    });
}

function badId(code: string, id: string): AppError {
  return new AppError(code, `“${id.slice(0, 80)}” is not a provider id or peer id.`, {
    advice: 'Provider ids start with z6Mk, peer ids with 12D3Koo; `toolswarm peers list` shows both.',
  });
}
