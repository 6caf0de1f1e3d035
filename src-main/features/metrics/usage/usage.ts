/**
 * Usage: who used what, how much and for how long, as sums by day in the store. Summed in memory and written every few
 * seconds, so that calls never wait for the disk; a crash loses those seconds.
 */
import type { UsageAnswer, UsageFilter, UsageGroup, UsageSums } from '#shared/features/metrics/usage.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';
import type { Database } from '../../../platform/sqlite.ts';
import { createKnownKeys, dayOf, keyOf, MAX_KEYS_A_DAY, type UsageKey, type UsedCall } from './keys.ts';
import { queryUsage } from './query.ts';

const FLUSH_MS = 5_000;
const TRIM_MS = 3_600_000;
/** Sums kept at most, whatever the retention: the oldest go first. About 30 MiB. */
const MAX_ROWS = 200_000;
/** Sums that wait to be written: those of two days, where a disk is full over midnight. More are counted as lost. */
const MAX_WAITING = 2 * (MAX_KEYS_A_DAY + 3);

export interface Usage extends Closeable {
  note(call: UsedCall): void;
  query(wanted: UsageFilter & { days: number; by: UsageGroup; limit: number }): UsageAnswer;
  /** Erases everything; returns how many sums that were. */
  erase(): number;
  /** A provider has another key: what was used by or from the old one counts for the new one. */
  follow(from: ProviderId, to: ProviderId): void;
}

interface Waiting {
  key: UsageKey;
  sums: UsageSums;
}

const UPSERT = `
  INSERT INTO usage_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, errors = errors + excluded.errors,
    cached = cached + excluded.cached, request_bytes = request_bytes + excluded.request_bytes,
    response_bytes = response_bytes + excluded.response_bytes, duration_ms = duration_ms + excluded.duration_ms`;

export function createUsage(
  { clock, db, log }: { clock: Clock; db: Database; log: Log },
  options: { keepDays(): number },
): Usage {
  const upsert = db.prepare(UPSERT);
  const known = createKnownKeys(
    (day) =>
      db
        .prepare('SELECT day, direction, provider, client, server, tool FROM usage_days WHERE day = ?')
        .raw()
        .all(day) as unknown as UsageKey[],
  );
  const waiting = new Map<string, Waiting>();
  let lost = 0;

  const writeAll = db.transaction((all: Iterable<Waiting>) => {
    for (const { key, sums } of all) {
      const { cached, calls, durationMs, errors, requestBytes, responseBytes } = sums;
      upsert.run(...key, calls, errors, cached, requestBytes, responseBytes, durationMs);
    }
  });

  function flush(): void {
    if (lost > 0) log.warn({ lost }, 'calls were left out of usage: the store takes nothing');
    lost = 0;
    if (waiting.size === 0) return;
    try {
      writeAll(waiting.values());
      waiting.clear();
    } catch (error) {
      // Kept for the next round, within the bound of what waits.
      log.error({ error: String(error) }, 'usage could not be written');
    }
  }

  function trim(): void {
    const first = dayOf(clock.now()) - options.keepDays() + 1;
    db.prepare('DELETE FROM usage_days WHERE day < ?').run(first);
    const { count } = db.prepare('SELECT count(*) AS count FROM usage_days').get() as { count: number };
    if (count <= MAX_ROWS) return;
    const { day } = db
      .prepare('SELECT day FROM usage_days ORDER BY day DESC LIMIT 1 OFFSET ?')
      .get(MAX_ROWS) as {
      day: number;
    };
    db.prepare('DELETE FROM usage_days WHERE day <= ?').run(day);
  }

  function sumsOf(key: UsageKey): UsageSums | undefined {
    const name = key.join('\n');
    const found = waiting.get(name);
    if (found) return found.sums;
    if (waiting.size >= MAX_WAITING) return undefined;
    const sums = { calls: 0, errors: 0, cached: 0, requestBytes: 0, responseBytes: 0, durationMs: 0 };
    waiting.set(name, { key, sums });
    return sums;
  }

  const moveTo = db.transaction((from: ProviderId, to: ProviderId) => {
    const rows = db.prepare('SELECT * FROM usage_days WHERE provider = ?').raw().all(from) as unknown[][];
    db.prepare('DELETE FROM usage_days WHERE provider = ?').run(from);
    for (const [day, direction, _provider, ...rest] of rows) upsert.run(day, direction, to, ...rest);
  });

  const timers = [clock.every(FLUSH_MS, flush), clock.every(TRIM_MS, trim)];
  return {
    note(call) {
      const sums = sumsOf(known.admit(keyOf(call)));
      if (!sums) return void lost++;
      sums.calls++;
      if (call.outcome === 'error') sums.errors++;
      if (call.cached) sums.cached++;
      sums.requestBytes += call.requestBytes;
      sums.responseBytes += call.responseBytes;
      sums.durationMs += call.durationMs;
    },
    query(wanted) {
      flush();
      return queryUsage(db, dayOf(clock.now()), wanted);
    },
    erase() {
      waiting.clear();
      known.forget();
      return db.prepare('DELETE FROM usage_days').run().changes;
    },
    follow(from, to) {
      flush();
      moveTo(from, to);
      known.forget();
    },
    close() {
      for (const timer of timers) timer.cancel();
      flush();
    },
  };
}
