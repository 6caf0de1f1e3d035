import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Child {
  process: ChildProcess;
  /** Its next line on stdout. */
  line(): Promise<string>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

/** Runs a TypeScript file of the tests in a process of its own. */
export function runChild(file: URL, args: readonly string[]): Child {
  const child = spawn(process.execPath, [file.pathname, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  return {
    process: child,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error('the process ended without another line');
      return value;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
