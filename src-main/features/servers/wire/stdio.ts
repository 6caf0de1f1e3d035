/** MCP over a process's standard streams: newline-delimited JSON. Garbage is counted, floods are slowed, nothing grows. */
import type { AppError } from '#shared/kernel/errors.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import type { ManagedProcess } from '#main/platform/processes.ts';
import { afterArrivals } from '#main/platform/turn.ts';
import { exited, notReading, tooLarge } from './errors.ts';
import { createFloodGate } from './flood-gate.ts';
import { createLineReader, idOfOversized } from './line-reader.ts';
import { isObject, parseJson, type RpcMessage } from './messages.ts';
import { type Carrier, createPeer } from './peer.ts';
import type { Wire, WireHandlers, WireOptions } from './wire.ts';

/** Bytes that may wait for a server that does not read; beyond them calls are refused with `servers.busy`. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** After the process ended, how long its last words are waited for. */
const LAST_WORDS_MS = 250;
/** How much of a garbage line is shown. */
const SHOWN_CHARACTERS = 200;

export function connectStdio(process: ManagedProcess, handlers: WireHandlers, options: WireOptions): Wire {
  const { clock } = options;
  const garbage = createGarbageNotes(handlers.onNote);
  const carrier = createCarrier(process);
  const peer = createPeer(carrier, { ...handlers, onGarbage: garbage.note }, options);
  const gate = createFloodGate();

  const reader = createLineReader({
    maxBytes: options.maxMessageBytes,
    onLine(line) {
      const message = parseJson(line);
      if (!isAnswer(message)) gate.spend(line.length, clock.monotonic());
      if (message === undefined) garbage.note(line);
      else peer.receive(message);
    },
    onOversized(head, tail, bytes) {
      const id = idOfOversized(head, tail);
      handlers.onNote(
        `dropped a message of ${bytes} bytes, longer than the ${options.maxMessageBytes} allowed`,
      );
      if (id === undefined) gate.spend(bytes, clock.monotonic());
      else peer.fail(id, tooLarge(bytes, options.maxMessageBytes));
    },
  });

  process.stdout.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    const pauseMs = gate.pauseMs(clock.monotonic());
    if (pauseMs > 0) slowDown(process, clock, pauseMs, handlers);
  });
  // A broken pipe is told by the exit that follows.
  process.stdout.on('error', () => undefined);

  let cause: AppError | undefined;
  const closed = process.exited.then(async (exit) => {
    await Promise.race([ended(process), sleep(clock, LAST_WORDS_MS)]);
    const reason = cause ?? exited(exit);
    peer.end(reason);
    return reason;
  });
  const endFor = (reason: AppError) => {
    cause ??= reason;
    void process.end();
  };
  return { peer, pid: process.pid, closed, close: () => process.end(), endFor };
}

/** Messages of one turn leave in one write: at sixteen calls at a time, that halves what a call costs here. */
function createCarrier({ stdin }: ManagedProcess): Carrier {
  let corked = false;
  const send = (message: RpcMessage) => {
    if (stdin.writableLength > MAX_QUEUED_BYTES) throw notReading();
    if (!corked) {
      corked = true;
      stdin.cork();
      afterArrivals(() => {
        corked = false;
        stdin.uncork();
      });
    }
    stdin.write(`${JSON.stringify(message)}\n`);
  };
  return {
    send,
    cancel: (requestId, reason) =>
      stdin.writable
        ? send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } })
        : undefined,
  };
}

const isAnswer = (message: JsonValue | undefined): boolean =>
  isObject(message) && ('result' in message || 'error' in message);

function slowDown(process: ManagedProcess, clock: Clock, pauseMs: number, handlers: WireHandlers): void {
  if (process.stdout.isPaused()) return;
  handlers.onNote(`talks faster than allowed; not listening for ${pauseMs} ms`);
  process.stdout.pause();
  clock.after(pauseMs, () => process.stdout.resume());
}

/** Notes the 1st, 2nd, 4th, 8th, … line of garbage. */
function createGarbageNotes(note: (text: string) => void): { note(line: string): void } {
  let count = 0;
  return {
    note(line) {
      count += 1;
      if ((count & (count - 1)) === 0)
        note(`not MCP on stdout (${count} so far): ${line.trim().slice(0, SHOWN_CHARACTERS)}`);
    },
  };
}

function ended({ stdout }: ManagedProcess): Promise<void> {
  return new Promise((resolve) => {
    if (stdout.readableEnded || stdout.destroyed) resolve();
    else stdout.once('end', resolve).once('close', resolve);
  });
}
