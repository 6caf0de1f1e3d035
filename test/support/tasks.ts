import type { TaskRunner } from '#shared/features/node/tasks.ts';

/** Runs work as it is: nobody watches it, and only the caller calls it off. */
export const withoutBoard: TaskRunner = {
  run: (about, work) =>
    work({ signal: about.signal ?? new AbortController().signal, report: () => undefined }),
};
