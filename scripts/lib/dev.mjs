/** `npm run dev`: the daemon on a fresh build, started again after every change of a source that builds. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt, isBuilt } from './built.mjs';
import { runDaemon } from './daemon.mjs';
import { root } from './root.mjs';

const WATCHED = ['src-main', 'src-shared', 'src-renderer', 'locales'];
/** Editors write a file in several steps. */
const SETTLE_MS = 150;

/**
 * @param {readonly string[]} options of `toolswarm daemon`
 * @returns {Promise<number>} the daemon's exit code, once it has ended by itself or by a signal
 */
export async function runDev(options) {
  for (;;) {
    const stop = new AbortController();
    const ended = runDaemon(options, stop.signal);
    const code = await Promise.race([ended, nextBuild(stop.signal)]);
    stop.abort();
    if (code !== undefined) return code;
    await ended;
  }
}

/**
 * Resolves when a change has been built. One that does not build is reported and waited out.
 * @param {AbortSignal} signal
 * @returns {Promise<undefined>}
 */
async function nextBuild(signal) {
  while (!signal.aborted) {
    await nextChange(signal);
    await sleep(SETTLE_MS);
    if (signal.aborted || isBuilt()) continue;
    try {
      await ensureBuilt();
      return;
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/**
 * Resolves at the next change of a source, or when the signal aborts.
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function nextChange(signal) {
  return new Promise((resolve) => {
    const watchers = WATCHED.map((folder) => watch(join(root, folder), { recursive: true }, done));
    signal.addEventListener('abort', done);
    function done() {
      signal.removeEventListener('abort', done);
      for (const watcher of watchers) watcher.close();
      resolve();
    }
  });
}
