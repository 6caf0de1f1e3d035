/** An index in a thread of its own, so that neither taking in tools nor a search makes a call wait. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '#shared/kernel/errors.ts';
import type { FindRequest, Found } from './engine.ts';
import type { IndexChange, IndexPort } from './port.ts';

export interface WorkerRequest {
  id: number;
  change?: IndexChange;
  find?: FindRequest;
}

export interface WorkerAnswer {
  id: number;
  found?: Found;
  error?: string;
}

/** The thread's own heap; the index itself is SQLite's and lies outside of it. */
const MAX_HEAP_MIB = 512;

interface Waiting {
  resolve(answer: WorkerAnswer): void;
  reject(error: unknown): void;
}

/** @param onLost runs once if the thread ends by itself; what it was asked then is refused with `registry.search_failed`. */
export function createThreadPort(onLost: (error: unknown) => void): IndexPort {
  const worker = new Worker(programFile(), {
    name: 'tool-search',
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  // Whoever ends the process need not wait for an index.
  worker.unref();
  /** Bounded by those who ask: each waits for its answer. */
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let isOver = false;

  worker.on('message', (answer: WorkerAnswer) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    asker?.resolve(answer);
  });
  worker.on('error', lose);
  worker.on('exit', (code) => lose(new Error(`The thread of the search ended with code ${code}.`)));

  function lose(error: unknown): void {
    if (isOver) return;
    isOver = true;
    refuse(error);
    onLost(error);
  }

  function refuse(cause: unknown): void {
    for (const { reject } of waiting.values()) reject(searchFailed(cause));
    waiting.clear();
  }

  async function ask(request: Omit<WorkerRequest, 'id'>): Promise<WorkerAnswer> {
    if (isOver) throw searchFailed(undefined);
    const id = ++asked;
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id } satisfies WorkerRequest);
    });
    if (answer.error !== undefined) throw searchFailed(new Error(answer.error));
    return answer;
  }

  return {
    async change(change) {
      await ask({ change });
    },
    async find(find) {
      const { found } = await ask({ find });
      if (!found) throw searchFailed(undefined);
      return found;
    },
    async close() {
      if (isOver) return;
      isOver = true;
      refuse(new Error('The node stops.'));
      await worker.terminate();
    },
  };
}

const searchFailed = (cause: unknown): AppError =>
  new AppError('registry.search_failed', 'The index of tools did not answer.', {
    advice: 'Search again; the index is built anew.',
    retryable: true,
    cause,
  });

/** Beside this source, or an entry of the bundle that this code became part of. */
function programFile(): string {
  const here = import.meta.dirname;
  const source = join(here, 'worker.ts');
  if (existsSync(source)) return source;
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const bundled = join(folder, 'search-worker.js');
    if (existsSync(bundled)) return bundled;
  }
  throw searchFailed(new Error('The program of the search is not there.'));
}
