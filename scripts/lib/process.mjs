/** Child processes that stand in for this one: their streams, signals and exit code are passed on unchanged. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']);

/**
 * Runs a command to its end and passes the signals on that this process receives. `stop` ends it with SIGTERM.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & {
 *   onStdout?: (chunk: Buffer) => void,
 *   stop?: AbortSignal | undefined,
 * }} [options]
 * @returns {Promise<number>} the exit code; 128 + the signal's number when a signal ended it
 */
export function spawnToEnd(command, args, { onStdout, stop, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const stopForwarding = forwardSignals(child);
    stop?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    if (onStdout) child.stdout?.on('data', onStdout);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function forwardSignals(child) {
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      // A terminal sends its interrupt to the whole group: the child has had it already.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}
