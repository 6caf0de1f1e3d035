/**
 * A bridge to a centralized MCP registry, for days on which the network is still empty. Nothing is asked of it before a
 * person wants to browse it; then a copy is kept here and only what changed is read again. A reading that is cut off goes
 * on where it stopped.
 */
import type { CentralState, centralContract } from '#shared/features/registry/central.ts';
import { readListed } from '#shared/features/registry/listing.ts';
import type { TaskProgress, TaskRunner } from '#shared/features/node/tasks.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Database } from '../../../platform/sqlite.ts';
import { type CentralApi, type CentralPage, createCentralApi } from './api.ts';
import { createCentralStore, type Progress } from './store.ts';

export interface CentralDeps {
  db: Database;
  clock: Clock;
  tasks: TaskRunner;
}

export interface CentralOptions {
  /** Where the registry is; read at each sync. */
  url: () => string;
}

/** A registry that goes on for ever is left after this many pages of a hundred. */
const MAX_PAGES = 2_000;

export function createCentral({ db, clock, tasks }: CentralDeps, { url }: CentralOptions) {
  const store = createCentralStore(db);
  const events = createEmitter<{ changed: object }>();
  const changed = () => events.emit('changed', {});
  let running: Promise<number> | undefined;
  let fault: CentralState['fault'];

  function state(): CentralState {
    const syncedAt = ownProgress()?.synced_at ?? undefined;
    return {
      url: url(),
      count: store.count(),
      syncing: running !== undefined,
      ...(syncedAt === undefined ? {} : { syncedAt }),
      ...(fault ? { fault } : {}),
    };
  }

  /** How far the copy is; a copy of another registry counts for nothing. */
  function ownProgress(): Progress | undefined {
    const progress = store.progress();
    return progress?.url === url() ? progress : undefined;
  }

  /** Two who ask at once share one reading; it goes on when they leave, and the task can be called off. */
  function sync(): Promise<number> {
    running ??= tasks
      .run({ kind: 'central.sync', subject: URL.parse(url())?.host ?? url() }, readAll)
      .then((read) => {
        fault = undefined;
        return read;
      })
      .catch((error: unknown) => {
        fault = faultOf(error);
        throw error;
      })
      .finally(() => {
        running = undefined;
        changed();
      });
    changed();
    return running;
  }

  async function readAll(task: TaskProgress): Promise<number> {
    const api = createCentralApi(url(), clock);
    if (!ownProgress()) store.clear();
    let progress = beginning(ownProgress());
    let read = 0;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const { page, resumed } = await readPage(api, progress, task.signal);
      progress = advance(resumed, page);
      store.apply(
        page.items.map(({ item, json }) => ({ change: readListed(item), json })),
        progress,
      );
      read += page.items.length;
      task.report({ done: read, unit: 'items' });
      changed();
      if (progress.cursor === null) return read;
    }
    throw endless(url());
  }

  /** A cursor that the registry no longer knows is given up; what was read stays. */
  async function readPage(api: CentralApi, progress: Progress, signal: AbortSignal) {
    const request = (from: Progress) =>
      api.page({ cursor: from.cursor ?? undefined, updatedSince: from.since ?? undefined }, signal);
    try {
      return { page: await request(progress), resumed: progress };
    } catch (error) {
      const isStale = error instanceof AppError && error.details?.['status'] === 400;
      if (!isStale || progress.cursor === null) throw error;
      const resumed = { ...progress, cursor: null };
      return { page: await request(resumed), resumed };
    }
  }

  /** A reading that was cut off goes on; else it asks for what changed since the newest change that was seen. */
  function beginning(known: Progress | undefined): Progress {
    if (!known) return { url: url(), cursor: null, since: null, newest: null, synced_at: null };
    return known.cursor === null ? { ...known, since: known.newest } : known;
  }

  function advance(progress: Progress, { items, nextCursor }: CentralPage): Progress {
    // One entry from the future would have us pass over all changes until then.
    const now = new Date(clock.now()).toISOString();
    const seen = items.flatMap(({ item }) => readTimes(item)).filter((time) => time <= now);
    const newest = [progress.newest ?? '', ...seen].reduce((a, b) => (b > a ? b : a)) || null;
    const isOver = nextCursor === undefined || items.length === 0;
    return {
      ...progress,
      newest,
      cursor: isOver ? null : nextCursor,
      ...(isOver ? { synced_at: clock.now() } : {}),
    };
  }

  const handlers: Handlers<typeof centralContract> = {
    'central.watch': (_input, { signal }) =>
      watch(signal, state, (listener) => events.on('changed', listener)),
    async 'central.sync'({ olderThanMs }) {
      const syncedAt = ownProgress()?.synced_at;
      const isFresh = typeof syncedAt === 'number' && clock.now() - syncedAt < olderThanMs;
      const read = isFresh ? 0 : await sync();
      return { read, count: store.count() };
    },
    'central.forget': () => {
      store.clear();
      fault = undefined;
      changed();
      return {};
    },
    'central.list': (search) => store.search(search),
    'central.show': ({ name }) => {
      const found = store.find(name);
      if (!found) throw unknownName(name);
      return found;
    },
  };
  return { handlers };
}

/** That a person called the reading off is no fault. */
function faultOf(error: unknown): CentralState['fault'] {
  if ((error as Error).name === 'AbortError') return undefined;
  const { code, message, advice } = toErrorShape(error);
  return { code, message, advice };
}

/** RFC 3339 in UTC sorts as text. */
function readTimes(item: CentralPage['items'][number]['item']): string[] {
  const change = readListed(item);
  return change.kind === 'keep' && change.listing.updatedAt !== undefined
    ? [new Date(change.listing.updatedAt).toISOString()]
    : [];
}

const unknownName = (name: string): AppError =>
  new AppError('central.unknown', `The copy of the registry has no server “${name}”.`, {
    advice: 'Look for it with a search, or read the registry again.',
    details: { name },
  });

const endless = (url: string): AppError =>
  new AppError('central.malformed', `What ${url} answers has no end.`, {
    advice: 'Check the address in the settings (discovery.registry).',
  });
