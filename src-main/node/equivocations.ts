/** Who was caught signing two things under one number: flags, proofs to hand on, and what waits for the operator. */
import type { Equivocation, equivocationsContract } from '#shared/features/node/equivocations.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Records } from '../features/records/index.ts';
import type { Log } from '../platform/log.ts';
import type { Database, Migration } from '../platform/sqlite.ts';
import type { AttentionSource } from './attention.ts';

export const equivocationMigrations: readonly Migration[] = [
  {
    slice: 'equivocations',
    version: 1,
    up: `CREATE TABLE equivocations_seen (provider TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT`,
  },
];

type Proof = ReturnType<Records['equivocations']>[number];

export interface Equivocations {
  isFlagged(provider: ProviderId): boolean;
  /** Another proof was found. */
  found(): void;
  on(listener: () => void): () => void;
  /** What waits for the operator; whom he blocked is settled. */
  attention(deps: {
    isBlocked(provider: ProviderId): boolean;
    nameOf(provider: ProviderId): string | undefined;
  }): AttentionSource;
  handlers(nameOf: (provider: ProviderId) => string | undefined): Handlers<typeof equivocationsContract>;
}

export interface EquivocationsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** Every proof that is kept; there are 1,000 at most. */
  proofs(): readonly Proof[];
}

export function createEquivocations({ clock, db, log, proofs }: EquivocationsDeps): Equivocations {
  const events = createEmitter<{ changed: object }>((error) =>
    log.error({ err: error }, 'a listener failed'),
  );
  const sql = {
    see: db.prepare('INSERT OR REPLACE INTO equivocations_seen VALUES (?, ?)'),
    seen: db.prepare<[], { provider: string; seen_at: number }>('SELECT * FROM equivocations_seen'),
  };
  const seenAt = new Map(sql.seen.all().map(({ provider, seen_at }) => [provider, seen_at]));
  let flagged: ReadonlySet<ProviderId> | undefined;

  const isSeen = ({ foundAt, owner }: Proof): boolean => foundAt <= (seenAt.get(owner) ?? -1);

  function view(proof: Proof, providerName: string | undefined): Equivocation {
    const { first, foundAt, key, owner, second, seq, type } = proof;
    const [, peerId = '', ...rest] = key.split('/');
    return {
      providerId: owner,
      ...(providerName ? { providerName } : {}),
      peerId,
      type,
      subject: rest[0] ?? '',
      seq,
      foundAt,
      seen: isSeen(proof),
      first: toBase64Url(first),
      second: toBase64Url(second),
    };
  }

  function changed(): void {
    flagged = undefined;
    events.emit('changed', {});
  }

  return {
    isFlagged(provider) {
      flagged ??= new Set(proofs().map(({ owner }) => owner));
      return flagged.has(provider);
    },
    found: changed,
    on: (listener) => events.on('changed', listener),
    attention: ({ isBlocked, nameOf }) => ({
      read() {
        const waiting = new Map<ProviderId, number>();
        for (const proof of proofs())
          if (!isSeen(proof) && !isBlocked(proof.owner))
            waiting.set(proof.owner, Math.min(proof.foundAt, waiting.get(proof.owner) ?? proof.foundAt));
        return [...waiting].map(([provider, since]) => ({
          id: `provider.equivocated:${provider}`,
          kind: 'provider.equivocated',
          level: 'decide',
          subject: nameOf(provider) || provider,
          since,
        }));
      },
      subscribe: (listener) => events.on('changed', listener),
    }),
    handlers: (nameOf) => ({
      'providers.equivocations': ({ providerId }) => ({
        items: proofs()
          .filter(({ owner }) => providerId === undefined || owner === providerId)
          .toSorted((a, b) => b.foundAt - a.foundAt)
          .map((proof) => view(proof, nameOf(proof.owner))),
      }),
      'providers.acknowledge'({ providerId }) {
        const now = clock.now();
        sql.see.run(providerId, now);
        seenAt.set(providerId, now);
        changed();
        return {};
      },
    }),
  };
}
