/** How the node speaks to an index: the same whether it runs in a thread of its own or, in tests, right here. */
import { createSearchEngine, type FindRequest, type Found } from './engine.ts';
import type { SearchDoc } from './documents.ts';

export interface IndexChange {
  put: SearchDoc[];
  remove: number[];
}

/** What is asked is carried out in the order in which it was asked. */
export interface IndexPort {
  change(change: IndexChange): Promise<void>;
  find(request: FindRequest): Promise<Found>;
  close(): Promise<void>;
}

/** An index in this very thread: everything waits while it works. */
export function createDirectPort(): IndexPort {
  const engine = createSearchEngine();
  return {
    change: async ({ put, remove }) => {
      engine.remove(remove);
      engine.put(put);
    },
    find: async (request) => engine.find(request),
    close: async () => engine.close(),
  };
}
