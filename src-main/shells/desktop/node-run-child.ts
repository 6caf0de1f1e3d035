/** The node as a child process on a Node of its own, reached over the IPC channel that it inherits. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { channelOverProcess } from '#shared/kernel/rpc/index.ts';
import { orderStart } from './node-run-line.ts';
import type { NodeEnd, NodeRun, RunNode, RunOptions } from './node-run.ts';

export interface ChildNode {
  /** Absolute path of a Node 24. */
  command: string;
  /** Flags of the runtime, the bundle, and `daemon --hosted` with its options. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** How long an orderly stop may take before the process is killed. */
const STOP_MS = 10_000;
/** How long its last words are waited for. */
const DRAIN_MS = 500;
/** Last words that are kept to say why it ended. */
const LAST_WORDS = 4_000;

export const runNodeAsChild =
  (child: ChildNode, deps: { clock: Clock }): RunNode =>
  (options) =>
    startChild(child, deps, options);

function startChild(
  { command, args, env }: ChildNode,
  { clock }: { clock: Clock },
  options: RunOptions,
): NodeRun {
  options.onPhase('process');
  // Its log is in the data folder; what it prints besides is read for its last words alone.
  const child = spawn(command, [...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  const carrier = channelOverProcess(child);
  const lastWords = collectLastWords(child);
  let isStopping = false;
  const ended = endOf(child, clock, lastWords, () => isStopping);

  function stop(): Promise<void> {
    isStopping = true;
    // The end of the channel is the order to stop.
    carrier.close();
    const timer = clock.after(STOP_MS, () => child.kill('SIGKILL'));
    return ended.then(() => timer.cancel());
  }

  return {
    pid: child.pid,
    ended,
    stop,
    ...orderStart(carrier, ended, options),
  };
}

function collectLastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  return () => words.trim();
}

function endOf(
  child: ChildProcess,
  clock: Clock,
  lastWords: () => string,
  wasAsked: () => boolean,
): Promise<NodeEnd> {
  return new Promise((resolve) => {
    child.once('error', (cause) => {
      if (child.pid === undefined) resolve({ fault: notStarted(cause) });
    });
    child.once('exit', (code, signal) => {
      // Its last words may still lie in the pipe, which a program that it started may hold open.
      const tell = () =>
        resolve(code === 0 || wasAsked() ? {} : { fault: crashed(code, signal, lastWords()) });
      if (!child.stderr || child.stderr.readableEnded) return tell();
      child.stderr.once('end', tell);
      clock.after(DRAIN_MS, tell);
    });
  });
}

const notStarted = (cause: Error): AppError =>
  new AppError('desktop.node_not_started', `The node’s process could not be started: ${cause.message}.`, {
    advice: 'Install the application again; a part of it is missing or may not be executed.',
    cause,
  });

function crashed(code: number | null, signal: NodeJS.Signals | null, lastWords: string): AppError {
  const how = signal ? `was ended by ${signal}` : `ended with code ${String(code)}`;
  return new AppError('desktop.node_crashed', `The node ${how}.`, {
    advice: 'It is started again by itself; if it keeps happening, look at its log.',
    retryable: true,
    details: { code, signal, ...(lastWords ? { lastWords } : {}) },
  });
}
