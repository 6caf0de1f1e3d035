/**
 * Finds the tools of a shelf by words. The index follows the shelf: what changed is queued by its key and taken in piece by
 * piece, and a search waits for what is queued unless that is a lot.
 */
import type { SearchNote, SearchQuery } from '#shared/features/registry/search.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Log } from '../../../platform/log.ts';
import type { SearchDoc } from './documents.ts';
import type { IndexPort } from './port.ts';
import { MAX_DOCUMENTS } from './store.ts';

/** A tool of the shelf as an index sees it: its words, and a mark that changes whenever they do. */
export interface Indexable {
  /** Compared by identity. */
  definition: object;
  /** Everything else that can be searched, as one text. */
  labels: string;
  doc(slot: number): SearchDoc;
}

export interface ToolSearchDeps {
  clock: Clock;
  log: Log;
  /** The tool of that key now, or undefined. */
  tool(key: string): Indexable | undefined;
  openPort(onLost: (error: unknown) => void): IndexPort;
}

export interface FoundTools {
  /** The best, the best first. */
  best: Array<{ key: string; score: number }>;
  /** The others that have every word; empty unless all were asked for. */
  rest: string[];
  marks: string[];
  notes: SearchNote[];
}

export interface Wanted {
  limit: number;
  complete: boolean;
  /** Where given, only tools of these keys are looked at. */
  among?: readonly string[] | undefined;
}

export interface ToolSearch {
  /** Notes that these tools came, went or changed. Costs next to nothing. */
  touch(keys: Iterable<string>): void;
  /** Rejects with `registry.search_failed` where the index is lost; the next search builds it anew. */
  find(query: SearchQuery, wanted: Wanted): Promise<FoundTools>;
  close(): Promise<void>;
}

/** Tools that are handed over at a time; the node does other things between two such pieces. */
const PIECE = 200;
/** With more tools than this that are not taken in yet, a search answers from what is there, and says so. */
const WAITED_FOR = 2000;
/** So many tools are taken in before anybody asks: that takes longer than a person likes to wait. */
const EAGER_FROM = 2000;
const EAGER_AFTER_MS = 1000;
/**
 * An index that is lost again and again, by what a stranger's tool says or by a question, is not built anew for every search:
 * the first loss costs nothing, each further one twice the wait of the one before.
 */
const FIRST_REST_MS = 2000;
const LAST_REST_MS = 10 * 60_000;
/** Lost this long after the last time, it counts as the first. */
const CALM_MS = 30 * 60_000;

export function createToolSearch(deps: ToolSearchDeps): ToolSearch {
  /** Keys of tools to look at; bounded as the directory is. */
  const queued = new Set<string>();
  /** What is in the index, and where. */
  const known = new Map<string, { slot: number; definition: object; labels: string }>();
  const keys: Array<string | undefined> = [];
  let free: number[] = [];
  let port: IndexPort | undefined;
  let filling: Promise<void> | undefined;
  let isClosed = false;
  let isPlanned = false;
  let losses = 0;
  /** Monotonic ms. */
  let lostAt = 0;
  let restsUntil = 0;

  function open(): IndexPort {
    if (!port && deps.clock.monotonic() < restsUntil) throw resting();
    port ??= deps.openPort((error) => {
      deps.log.error({ err: error }, 'the index of tools is lost and will be built anew');
      rest();
      forget();
    });
    return port;
  }

  function rest(): void {
    const now = deps.clock.monotonic();
    if (now - lostAt > CALM_MS) losses = 0;
    lostAt = now;
    restsUntil = losses === 0 ? now : now + Math.min(FIRST_REST_MS * 2 ** (losses - 1), LAST_REST_MS);
    losses++;
  }

  /** Everything has to be taken in again. */
  function forget(): void {
    port?.close().catch((error: unknown) => deps.log.warn({ err: error }, 'a lost index did not close'));
    port = undefined;
    for (const key of known.keys()) queued.add(key);
    known.clear();
    keys.length = 0;
    free = [];
  }

  /** Takes in what is queued; one at a time, however many wait for it. */
  function fill(): Promise<void> {
    filling ??= takeAll().finally(() => {
      filling = undefined;
    });
    return filling;
  }

  async function takeAll(): Promise<void> {
    while (queued.size > 0 && !isClosed) await takePiece(open());
  }

  async function takePiece(to: IndexPort): Promise<void> {
    const piece = [...queued].slice(0, PIECE);
    const change = { put: [] as SearchDoc[], remove: [] as number[] };
    for (const key of piece) {
      queued.delete(key);
      const tool = deps.tool(key);
      const before = known.get(key);
      if (!tool) {
        if (before) change.remove.push(release(key, before.slot));
      } else if (before?.definition !== tool.definition || before.labels !== tool.labels) {
        const slot = before?.slot ?? takeSlot(key);
        if (slot === undefined) continue;
        known.set(key, { slot, definition: tool.definition, labels: tool.labels });
        change.put.push(tool.doc(slot));
      }
    }
    if (change.put.length + change.remove.length === 0) return;
    await to.change(change).catch((error: unknown) => {
      // What of it was taken in is not known.
      if (port === to) {
        rest();
        forget();
      }
      throw error;
    });
    // Not sooner: an answer that is on its way may still mean what was there before.
    if (port === to) free.push(...change.remove);
  }

  function takeSlot(key: string): number | undefined {
    const slot = free.pop() ?? keys.length;
    if (slot >= MAX_DOCUMENTS) return undefined;
    keys[slot] = key;
    return slot;
  }

  function release(key: string, slot: number): number {
    known.delete(key);
    keys[slot] = undefined;
    return slot;
  }

  function plan(): void {
    if (isPlanned || isClosed || queued.size < EAGER_FROM) return;
    isPlanned = true;
    deps.clock.after(EAGER_AFTER_MS, () => {
      isPlanned = false;
      fill().catch((error: unknown) =>
        deps.log.warn({ err: error }, 'tools could not be taken into the index'),
      );
    });
  }

  return {
    touch(changed) {
      for (const key of changed) queued.add(key);
      plan();
    },
    async find({ excluded, isOpen, phrases, words }, { among, complete, limit }) {
      const isBehind = queued.size > WAITED_FOR;
      const filled = fill();
      if (isBehind)
        filled.catch((error: unknown) => deps.log.warn({ err: error }, 'the index is not complete'));
      else await filled;
      const request = { words, isOpen, must: phrases, excluded: excluded.words, limit, complete };
      const slots = among && Uint32Array.from(among.flatMap((key) => known.get(key)?.slot ?? []));
      const { best, marks, notes, rest, scores } = await open().find(
        slots ? { ...request, among: slots } : request,
      );
      const named = [...best].flatMap((slot, place) => {
        const key = keys[slot];
        return key === undefined ? [] : [{ key, score: scores[place] ?? 0 }];
      });
      return {
        best: named,
        rest: [...rest].flatMap((slot) => keys[slot] ?? []),
        marks,
        notes: isBehind ? [...notes, { code: 'indexing' }] : notes,
      };
    },
    async close() {
      isClosed = true;
      await port?.close();
    },
  };
}

const resting = (): AppError =>
  new AppError('registry.search_failed', 'The index of tools was lost several times and rests.', {
    advice: 'Search again in a few minutes; the index is built anew then.',
    retryable: true,
  });
