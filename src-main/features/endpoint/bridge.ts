/**
 * The stdio bridge: what AI clients start that speak MCP over stdin and stdout. It carries lines between them and the
 * local socket of the node, and outlives a restart of the node: the session is made again unseen, requests that were
 * under way are answered with an error that says to try again.
 *
 * It is a small process of its own on every client's account, so it loads nothing but Node's own modules, and never
 * parses what servers answer.
 */
import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createLineSplitter } from './socket/lines.ts';
import {
  answeredId,
  createMemory,
  describeOutage,
  isPrivateId,
  type Outage,
  outageAnswer,
  readClientLine,
} from './socket/bridge-rules.ts';

export interface BridgeOptions {
  /** The node's socket: Unix path or named pipe. */
  socketPath: string;
  input: Readable;
  output: Writable;
  /** Profile of the catalog; absent: the default one. */
  profile?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Where a person reads what is wrong. Default: stderr. */
  errors?: Writable;
  clock?: Clock;
  /** How long requests wait for a node that is away before they are answered with an error. */
  graceMs?: number;
}

/** Bytes of one message. */
const MAX_LINE = 4 * 1024 * 1024;
/** Lines that wait for the node. */
const MAX_WAITING = 1_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
/** How long answers may still come after the client closed its end. */
const DRAIN_MS = 2_000;

/** Runs until the input ends, the output closes or the signal aborts. */
export function runBridge(options: BridgeOptions): Promise<void> {
  return new Promise((resolve) => createBridge(options, resolve));
}

function createBridge(options: BridgeOptions, finished: () => void): void {
  const { input, output, clock = systemClock, errors = process.stderr, graceMs = 2_000 } = options;
  const memory = createMemory();
  /** Requests that the node has, by id as JSON. */
  const outstanding = new Map<string, string>();
  const waiting: string[] = [];
  let socket: Socket | undefined;
  /** The session is made; lines flow. */
  let ready = false;
  let outage: Outage | undefined;
  let retryMs = FIRST_RETRY_MS;
  let grace: Timer | undefined;
  let draining = false;
  let over = false;

  function dial(): void {
    if (over) return;
    const dialled = connect(options.socketPath);
    const lines = createLineSplitter(Number.MAX_SAFE_INTEGER, onServerLine, () => undefined);
    let reason: Outage = 'away';
    dialled.once('connect', () => {
      reason = 'gone';
      socket = dialled;
      retryMs = FIRST_RETRY_MS;
      greet();
    });
    dialled.on('data', (chunk) => lines.push(chunk));
    dialled.on('drain', () => input.resume());
    // What follows an error is always a close, which is where the bridge acts.
    dialled.on('error', () => undefined);
    dialled.on('close', () => lost(reason));
  }

  function greet(): void {
    socket?.write(`${JSON.stringify({ toolswarm: { profile: options.profile } })}\n`);
    const replay = memory.replay();
    if (replay) socket?.write(`${replay}\n`);
    else flow();
  }

  /** Sends what waited, and from now on everything at once. */
  function flow(): void {
    ready = true;
    outage = undefined;
    grace?.cancel();
    grace = undefined;
    for (const line of waiting.splice(0)) pass(line);
  }

  function lost(reason: Outage): void {
    const wasReady = ready;
    socket = undefined;
    ready = false;
    if (over) return;
    if (wasReady) {
      for (const [id, method] of outstanding) if (method !== 'initialize') say(outageAnswer(id, 'gone'));
      waiting.unshift(...memory.unanswered(outstanding));
      outstanding.clear();
    }
    if (draining) {
      giveUpWaiting(reason);
      return end();
    }
    grace ??= clock.after(graceMs, () => giveUpWaiting(reason));
    clock.after(retryMs, dial);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }

  function giveUpWaiting(reason: Outage): void {
    outage ??= reason;
    errors.write(`${describeOutage(outage)}\n`);
    for (const line of waiting.splice(0)) refuse(line);
  }

  function refuse(line: string): void {
    const { id } = readClientLine(line);
    if (id !== undefined) say(outageAnswer(id, outage ?? 'away'));
  }

  function onClientLine(line: string): void {
    if (ready) return pass(line);
    if (outage || waiting.length >= MAX_WAITING) return refuse(line);
    waiting.push(line);
  }

  function pass(line: string): void {
    const { id, method } = readClientLine(line);
    memory.sent(line, method);
    if (id !== undefined && method !== undefined) outstanding.set(id, method);
    if (socket?.write(`${line}\n`) === false) input.pause();
  }

  function onServerLine(line: string): void {
    const id = answeredId(line);
    if (id !== undefined && isPrivateId(id)) return replayed(id, line);
    if (line.startsWith('{"toolswarm":')) return rejected(line);
    if (id !== undefined) {
      if (outstanding.get(id) === 'initialize') memory.established();
      outstanding.delete(id);
    }
    say(line);
    if (draining && outstanding.size === 0) end();
  }

  /** The session is there again; the catalog may have changed meanwhile. */
  function replayed(id: string, line: string): void {
    if (!memory.isSession(id)) return;
    for (const follow of memory.follow()) socket?.write(`${follow}\n`);
    flow();
    for (const news of memory.news(line)) say(news);
  }

  /** The node does not serve us, and says why; trying again may help once the operator has acted. */
  function rejected(line: string): void {
    errors.write(`toolswarm: ${describeRejection(line)}\n`);
    outage = 'rejected';
    ready = false;
    for (const waitingLine of waiting.splice(0)) refuse(waitingLine);
    for (const id of outstanding.keys()) say(outageAnswer(id, 'rejected'));
    outstanding.clear();
    retryMs = LAST_RETRY_MS;
  }

  function say(line: string): void {
    if (output.destroyed || output.writableEnded) return;
    if (!output.write(`${line}\n`)) {
      socket?.pause();
      output.once('drain', () => socket?.resume());
    }
  }

  function drain(): void {
    draining = true;
    if (outstanding.size === 0 && waiting.length === 0) return end();
    clock.after(DRAIN_MS, end);
  }

  function end(): void {
    if (over) return;
    over = true;
    grace?.cancel();
    input.pause();
    socket?.destroy();
    finished();
  }

  const lines = createLineSplitter(MAX_LINE, onClientLine, () => say(TOO_LONG));
  input.on('data', (chunk: Buffer | string) => lines.push(Buffer.from(chunk)));
  input.once('end', drain);
  input.once('error', end);
  output.once('close', end);
  output.once('error', end);
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted) end();
  dial();
}

const TOO_LONG = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"A message has at most ${MAX_LINE} bytes."}}`;

function describeRejection(line: string): string {
  const said = JSON.parse(line) as { toolswarm?: { error?: { message?: string; advice?: string } } };
  return `${said.toolswarm?.error?.message ?? 'The node refused.'} ${said.toolswarm?.error?.advice ?? ''}`.trim();
}
