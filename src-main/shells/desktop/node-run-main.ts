/** The node inside of this very process: for who wants one process rather than one that always answers at once. */
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createChannelPair } from '#shared/kernel/rpc/index.ts';
import type { runCommandLine } from '#main/shells/cli/command-line.ts';
import { orderStart } from './node-run-line.ts';
import type { NodeEnd, RunNode } from './node-run.ts';

export interface InnerNode {
  /** The node's bundle that exports `runCommandLine`. */
  bundle: string;
  /** `daemon --hosted` with its options. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** The oldest Node on which the node runs. */
const OLDEST_NODE = 22;
/** What it printed last, kept to say why it ended. */
const LAST_WORDS = 4_000;

/** Throws `desktop.runtime_too_old` where this process runs on a Node that is too old for it. */
export function runNodeInside(
  { bundle, args, env }: InnerNode,
  nodeVersion = process.versions.node,
): RunNode {
  if (Number.parseInt(nodeVersion, 10) < OLDEST_NODE) throw tooOld(nodeVersion);
  return (options) => {
    options.onPhase('process');
    const [here, there] = createLatePair();
    const { io, lastWords } = captureIo(env);
    let isStopping = false;
    const load = import(pathToFileURL(bundle).href) as Promise<{ runCommandLine: typeof runCommandLine }>;
    const ended = load
      .then((node) => node.runCommandLine([...args], { ...io, host: there }))
      .then(
        (code): NodeEnd => (code === 0 || isStopping ? {} : { fault: failed(lastWords()) }),
        (cause: unknown): NodeEnd => ({ fault: notLoaded(cause) }),
      )
      .finally(() => here.close());
    return {
      pid: undefined,
      ended,
      stop() {
        isStopping = true;
        here.close();
        return ended.then(() => undefined);
      },
      ...orderStart(here, ended, options),
    };
  };
}

/** A pair whose second end is listened to only once the bundle is loaded: what is sent before waits for that. */
function createLatePair(): [Channel, Channel] {
  let listens = () => {};
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });
  const [here, there] = createChannelPair({ defer: (deliver) => void listening.then(deliver) });
  const late = Object.create(there, {
    onMessage: {
      value(listener: (message: string) => void) {
        there.onMessage(listener);
        listens();
      },
    },
  }) as Channel;
  return [here, late];
}

/** The command line's streams: nothing is read, and what it prints is kept for its last words. */
function captureIo(env: NodeJS.ProcessEnv) {
  let words = '';
  const stream = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        words = (words + chunk.toString()).slice(-LAST_WORDS);
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  const stdin = Readable.from([]) as unknown as NodeJS.ReadStream;
  return { io: { stdin, stdout: stream(), stderr: stream(), env }, lastWords: () => words.trim() };
}

const tooOld = (version: string): AppError =>
  new AppError(
    'desktop.runtime_too_old',
    `This application runs on Node ${version}; the node needs ${OLDEST_NODE}.`,
    {
      advice: 'Leave --node-host=main out: the node then runs as a process of its own.',
    },
  );

const failed = (lastWords: string): AppError =>
  new AppError('desktop.node_crashed', 'The node ended.', {
    advice: 'It is started again by itself; if it keeps happening, look at its log.',
    retryable: true,
    details: { lastWords },
  });

const notLoaded = (cause: unknown): AppError =>
  new AppError('desktop.node_not_started', 'The node could not be loaded.', {
    advice: 'Install the application again; a part of it is missing.',
    cause,
  });
