/**
 * The record of calls: who called what, when, for how long, with what outcome; no payloads unless switched on. Written
 * in small batches behind the calls: a large one would hold up every call that is under way meanwhile. A crash can lose the
 * last hundredth of a second, under heavy load a little more.
 */
import {
  type Invocation,
  type InvocationDetail,
  type LastUse,
  MAX_USES,
} from '#shared/features/relay/contract.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import { conditionsOf, type InvocationPage } from './invocation-query.ts';

/** Calls waiting to be written; more are counted as lost and said so in the log. */
const MAX_WAITING = 10_000;
/** How long after a call it is written, with those that ended meanwhile. */
const FLUSH_MS = 10;
/** Rows written in one go, about a millisecond. */
const BATCH_ROWS = 128;
/** Between two batches where more waits: calls come first. */
const NEXT_BATCH_MS = 1;
/** A full disk may have room by then. */
const RETRY_MS = 1000;
/** Rows kept at most, whatever the retention by time. */
const MAX_ROWS = 200_000;
/** Of these, calls of peers that failed: a stranger who is refused again and again pushes out nothing but his kind. */
export const MAX_FAILED_INCOMING = 20_000;
const TRIM_MS = 60 * 60_000;
/** Rows written between two trims at most, so that a flood does not fill the disk within the hour, and no trim takes long. */
const TRIM_ROWS = 1000;

export interface Invocations extends Closeable {
  add(invocation: InvocationDetail): void;
  /** Newest first. */
  list(page: InvocationPage): Invocation[];
  /** Throws `relay.not_recorded`. */
  get(id: string): InvocationDetail;
  /** When each provider last used each tool of this node, the latest first. */
  uses(): LastUse[];
  /** Erases what started before a time, or everything; returns how many that were. */
  erase(before?: number): number;
  onAdded(listener: (invocation: Invocation) => void): () => void;
  /** The same with what only one call is asked for: where its time went. */
  onMeasured(
    listener: (call: Pick<InvocationDetail, 'direction' | 'hops' | 'providerId' | 'server'>) => void,
  ): () => void;
}

export function createInvocations(
  deps: { db: Database; clock: Clock; log: Log },
  options: { retentionMs(): number },
): Invocations {
  const { clock, db } = deps;
  const events = createEmitter<{
    added: Invocation;
    measured: Pick<InvocationDetail, 'direction' | 'hops' | 'providerId' | 'server'>;
  }>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const insert = db.prepare(
    `INSERT OR REPLACE INTO invocations
     (id, started_at, direction, outcome, server, tool, client, provider, code, body, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const uses = db.prepare(
    `SELECT server, tool, provider, max(started_at) AS at, count(*) AS calls FROM invocations
     WHERE direction = 'incoming' AND outcome IN ('ok', 'tool_error') AND provider IS NOT NULL
     GROUP BY server, tool, provider ORDER BY at DESC LIMIT ${MAX_USES}`,
  );
  let waiting: InvocationDetail[] = [];
  let writing: Timer | undefined;
  let lost = 0;
  let written = 0;
  let failedIncoming = 0;

  const writeAll = db.transaction((batch: InvocationDetail[]) => {
    for (const detail of batch) insert.run(...rowOf(detail));
  });

  /** Whether it could be written; what could not stays, within the bound of the queue. */
  function write(rows: number): boolean {
    if (lost > 0) deps.log.warn({ lost }, 'records of calls were lost: more calls than can be written');
    lost = 0;
    const batch = waiting.slice(0, rows);
    try {
      if (batch.length > 0) writeAll(batch);
    } catch (error) {
      deps.log.error({ error: String(error) }, 'records of calls could not be written');
      return false;
    }
    waiting = waiting.slice(batch.length);
    written += batch.length;
    failedIncoming += batch.filter(isFailedIncoming).length;
    if (written >= TRIM_ROWS) trim();
    return true;
  }

  const flush = (): void => void write(waiting.length);

  function writeSoon(afterMs: number): void {
    writing ??= clock.after(afterMs, () => {
      writing = undefined;
      const isWritten = write(BATCH_ROWS);
      if (waiting.length > 0) writeSoon(isWritten ? NEXT_BATCH_MS : RETRY_MS);
    });
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

  const trimming = clock.every(TRIM_MS, trim);
  return {
    add(invocation) {
      if (waiting.length < MAX_WAITING) waiting.push(invocation);
      else lost++;
      writeSoon(FLUSH_MS);
      events.emit('added', summaryOf(invocation));
      events.emit('measured', invocation);
    },
    list(page) {
      flush();
      const { values, where } = conditionsOf(page);
      const rows = db
        .prepare(`SELECT body FROM invocations ${where} ORDER BY started_at DESC, id DESC LIMIT ?`)
        .all(...values, page.limit) as Array<{ body: string }>;
      return rows.map(({ body }) => JSON.parse(body) as Invocation);
    },
    get(id) {
      flush();
      const row = db.prepare('SELECT body, detail FROM invocations WHERE id = ?').get(id) as
        | { body: string; detail: string | null }
        | undefined;
      if (!row) throw notRecorded();
      const detail = JSON.parse(row.detail ?? '{}') as Record<string, unknown>;
      const known = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null));
      return { ...(JSON.parse(row.body) as Invocation), ...known };
    },
    uses() {
      flush();
      return (uses.all() as UseRow[]).map(({ provider, tool, ...use }) => ({
        ...use,
        providerId: provider,
        ...(tool === null ? {} : { tool }),
      }));
    },
    erase(before) {
      flush();
      waiting = before === undefined ? [] : waiting.filter(({ startedAt }) => startedAt >= before);
      const condition = before === undefined ? '' : 'WHERE started_at < ?';
      const values = before === undefined ? [] : [before];
      return db.prepare(`DELETE FROM invocations ${condition}`).run(...values).changes;
    },
    onAdded: (listener) => events.on('added', listener),
    onMeasured: (listener) => events.on('measured', listener),
    close() {
      trimming.cancel();
      writing?.cancel();
      flush();
    },
  };
}

interface UseRow {
  server: string;
  tool: string | null;
  provider: string;
  at: number;
  calls: number;
}

function rowOf(detail: InvocationDetail): unknown[] {
  const { hops, request, response } = detail;
  const call = summaryOf(detail);
  const apart = hops || request || response ? JSON.stringify({ hops, request, response }) : null;
  return [
    call.id,
    call.startedAt,
    call.direction,
    call.outcome,
    call.server,
    call.tool ?? null,
    call.client ?? null,
    call.providerId ?? null,
    call.code ?? null,
    JSON.stringify(call),
    apart,
  ];
}

function summaryOf({
  hops: _hops,
  request: _request,
  response: _response,
  ...call
}: InvocationDetail): Invocation {
  return call;
}

const isFailedIncoming = ({ direction, outcome }: Invocation): boolean =>
  direction === 'incoming' && outcome === 'error';

const notRecorded = (): AppError =>
  new AppError('relay.not_recorded', 'This call is not in the record any more.', {
    advice: 'The record is kept for a limited time; the settings say how long.',
  });
