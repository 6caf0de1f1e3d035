/**
 * The record of calls: who called what, when, for how long, with what outcome; no payloads unless switched on. Written
 * in batches behind the calls, so that the disk never slows them; a crash can lose the last fraction of a second.
 */
import type { Invocation } from '#shared/features/relay/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Calls waiting to be written; more are counted as lost and said so in the log. */
const MAX_WAITING = 10_000;
const FLUSH_MS = 250;
/** Rows kept at most, whatever the retention by time. */
const MAX_ROWS = 200_000;
/** Of these, calls of peers that failed: a stranger who is refused again and again pushes out nothing but his kind. */
export const MAX_FAILED_INCOMING = 20_000;
const TRIM_MS = 60 * 60_000;
/** Rows written between two trims at most, so that a flood does not fill the disk within the hour. */
const TRIM_ROWS = 10_000;

export interface InvocationFilter {
  limit: number;
  before?: number | undefined;
  direction?: Invocation['direction'] | undefined;
  outcome?: Invocation['outcome'] | undefined;
  server?: string | undefined;
}

export interface Invocations extends Closeable {
  add(invocation: Invocation): void;
  /** Newest first. */
  list(filter: InvocationFilter): Invocation[];
  onAdded(listener: (invocation: Invocation) => void): () => void;
}

export function createInvocations(
  deps: { db: Database; clock: Clock; log: Log },
  options: { retentionMs(): number },
): Invocations {
  const { clock, db } = deps;
  const events = createEmitter<{ added: Invocation }>((error) =>
    deps.log.error({ err: error }, 'a listener failed'),
  );
  const insert = db.prepare('INSERT OR REPLACE INTO invocations VALUES (?, ?, ?, ?, ?, ?)');
  let waiting: Invocation[] = [];
  let lost = 0;
  let written = 0;
  let failedIncoming = 0;

  const writeAll = db.transaction((batch: Invocation[]) => {
    for (const call of batch)
      insert.run(call.id, call.startedAt, call.direction, call.outcome, call.server, JSON.stringify(call));
  });

  function flush(): void {
    if (lost > 0) deps.log.warn({ lost }, 'records of calls were lost: more calls than can be written');
    lost = 0;
    if (waiting.length === 0) return;
    const batch = waiting;
    try {
      writeAll(batch);
      waiting = [];
      written += batch.length;
      failedIncoming += batch.filter(isFailedIncoming).length;
      if (written >= TRIM_ROWS) trim();
    } catch (error) {
      // Kept for the next round (a full disk may have room by then), within the bound of the queue.
      deps.log.error({ error: String(error) }, 'records of calls could not be written');
    }
  }

  /** Cheap enough for busy nodes, which come here every second: what has not grown is not counted. */
  function trim(): void {
    written = 0;
    db.prepare('DELETE FROM invocations WHERE started_at < ?').run(clock.now() - options.retentionMs());
    if (failedIncoming > 0)
      db.prepare(
        `DELETE FROM invocations WHERE id IN (SELECT id FROM invocations WHERE direction = 'incoming' AND outcome = 'error'
         ORDER BY started_at DESC LIMIT -1 OFFSET ?)`,
      ).run(MAX_FAILED_INCOMING);
    failedIncoming = 0;
    // Rows are numbered as they are written, so that the oldest are found without counting the others.
    db.prepare('DELETE FROM invocations WHERE rowid <= (SELECT max(rowid) FROM invocations) - ?').run(
      MAX_ROWS,
    );
  }

  const timers = [clock.every(FLUSH_MS, flush), clock.every(TRIM_MS, trim)];
  return {
    add(invocation) {
      if (waiting.length < MAX_WAITING) waiting.push(invocation);
      else lost++;
      events.emit('added', invocation);
    },
    list(filter) {
      flush();
      const conditions: Array<[string, unknown]> = [
        ['started_at < ?', filter.before],
        ['direction = ?', filter.direction],
        ['outcome = ?', filter.outcome],
        ['server = ?', filter.server],
      ];
      const given = conditions.filter(([, value]) => value !== undefined);
      const where = given.length > 0 ? `WHERE ${given.map(([sql]) => sql).join(' AND ')}` : '';
      const rows = db
        .prepare(`SELECT body FROM invocations ${where} ORDER BY started_at DESC, id DESC LIMIT ?`)
        .all(...given.map(([, value]) => value), filter.limit) as Array<{ body: string }>;
      return rows.map(({ body }) => JSON.parse(body) as Invocation);
    },
    onAdded: (listener) => events.on('added', listener),
    close() {
      for (const timer of timers) timer.cancel();
      flush();
    },
  };
}

const isFailedIncoming = ({ direction, outcome }: Invocation): boolean =>
  direction === 'incoming' && outcome === 'error';
