/** Keeps one connection to a node alive: attempts, pauses, and who waits for the outcome. */
import type { Clock, Timer } from '../clock.ts';
import type { Closeable } from '../disposables.ts';
import { AppError } from '../errors.ts';
import { type Random, jitter } from '../random.ts';
import { onAbort, orAbort } from './abort.ts';
import type { Channel } from './channel.ts';
import { type Connection, createConnection } from './client.ts';
import { cancelled } from './client-stream.ts';
import { MAX_OPEN_CALLS, disconnected, tooManyCalls } from './messages.ts';

/**
 * `connecting`: an attempt is under way, and calls wait for its outcome. `connected`: calls go through. `waiting`: the
 * next attempt comes at `retryAt`. `refused`: `error` says why trying again makes no sense. `closed`: for good.
 */
export interface ConnectionState {
  phase: 'connecting' | 'connected' | 'waiting' | 'refused' | 'closed';
  /** Attempts and short-lived connections since the last one that held. */
  failures: number;
  /** Epoch ms of the next attempt, while `waiting`. */
  retryAt?: number;
  error?: AppError;
}

export interface LinkOptions {
  clock: Clock;
  random: Random;
  /** The version of the contract this program was built with (`CONTRACT_VERSION`). */
  version: number;
}

/** Opens a channel. An `AppError` that is not retryable ends the attempts until `retry()`. */
export type Connect = (signal: AbortSignal) => Promise<Channel>;

export interface Link extends Closeable {
  getState(): ConnectionState;
  subscribe(listener: () => void): () => void;
  retry(): void;
  /** The connection, as soon as there is one. Rejects where there will be none; the impatient do not wait out a pause. */
  connection(mood: 'patient' | 'impatient', signal?: AbortSignal): Promise<Connection>;
  close(): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const PAUSE_JITTER = 0.3;
const ATTEMPT_TIMEOUT_MS = 10_000;
/** A connection that held this long starts the pauses afresh. */
const HELD_MS = 5_000;

export function createLink(connect: Connect, { clock, random, version }: LinkOptions): Link {
  const listeners = new Set<() => void>();
  let state: ConnectionState = { phase: 'connecting', failures: 0 };
  let connection: Connection | undefined;
  let attempt = new AbortController();
  let hangUp = () => {};
  let pause: Timer | undefined;
  let waiting = 0;

  void tryToConnect();
  return { getState: () => state, subscribe, retry, connection: awaitConnection, close };

  function setState(next: ConnectionState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  async function tryToConnect(): Promise<void> {
    attempt = new AbortController();
    const { signal } = attempt;
    const deadline = clock.after(ATTEMPT_TIMEOUT_MS, () => attempt.abort(unreachable()));
    try {
      const channel = await connectOrDrop(signal);
      hangUp = () => channel.close();
      const fresh = createConnection(channel, { version });
      await orAbort(fresh.ready, signal);
      if (state.phase === 'closed') return hangUp();
      hold(channel, fresh);
    } catch (error) {
      hangUp();
      failed(error);
    } finally {
      deadline.cancel();
    }
  }

  /** Stops waiting at the deadline even where `connect` does not heed its signal; a channel that comes later is closed. */
  function connectOrDrop(signal: AbortSignal): Promise<Channel> {
    const opening = connect(signal);
    return orAbort(opening, signal).catch((error: unknown) => {
      opening.then(
        (late) => late.close(),
        () => undefined,
      );
      throw error;
    });
  }

  function hold(channel: Channel, fresh: Connection): void {
    const since = clock.monotonic();
    connection = fresh;
    setState({ phase: 'connected', failures: state.failures });
    channel.onClose((reason) => {
      connection = undefined;
      const held = clock.monotonic() - since >= HELD_MS;
      if (state.phase === 'connected') wait(held ? 0 : state.failures + 1, reason ?? disconnected());
    });
  }

  function failed(error: unknown): void {
    if (state.phase === 'closed') return;
    const fault = error instanceof AppError ? error : unreachable(error);
    if (fault.retryable) wait(state.failures + 1, fault);
    else setState({ phase: 'refused', failures: state.failures + 1, error: fault });
  }

  function wait(failures: number, error: AppError): void {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
    const pauseMs = jitter(random, longest, PAUSE_JITTER);
    pause = clock.after(pauseMs, reconnect);
    setState({ phase: 'waiting', failures, retryAt: clock.now() + pauseMs, error });
  }

  function reconnect(): void {
    pause?.cancel();
    setState({ phase: 'connecting', failures: state.failures });
    void tryToConnect();
  }

  function retry(): void {
    if (state.phase === 'waiting' || state.phase === 'refused') reconnect();
  }

  function close(): void {
    if (state.phase === 'closed') return;
    pause?.cancel();
    setState({ phase: 'closed', failures: 0 });
    attempt.abort(disconnected());
    hangUp();
  }

  function awaitConnection(mood: 'patient' | 'impatient', signal?: AbortSignal): Promise<Connection> {
    if (connection) return Promise.resolve(connection);
    if (waiting >= MAX_OPEN_CALLS) return Promise.reject(tooManyCalls());
    waiting += 1;
    return new Promise<Connection>((resolve, reject) => {
      let release = () => {};
      const finish = (settle: () => void) => {
        waiting -= 1;
        unsubscribe();
        release();
        settle();
      };
      const look = () => {
        const open = connection;
        if (open) finish(() => resolve(open));
        else if (isHopeless(mood)) finish(() => reject(refusal(mood)));
      };
      const unsubscribe = subscribe(look);
      release = onAbort(signal, () => finish(() => reject(cancelled(signal))));
      if (!signal?.aborted) look();
    });
  }

  function isHopeless(mood: 'patient' | 'impatient'): boolean {
    const { phase } = state;
    return phase === 'refused' || phase === 'closed' || (phase === 'waiting' && mood === 'impatient');
  }

  /** The impatient hear `contract.disconnected` while away; a stream, which would try again, hears the end of it. */
  function refusal(mood: 'patient' | 'impatient'): AppError {
    if (state.phase === 'refused' && state.error) return state.error;
    return mood === 'patient' ? cancelled() : disconnected();
  }
}

const unreachable = (cause?: unknown): AppError =>
  new AppError('contract.unreachable', 'The node cannot be reached.', {
    advice: 'Check that Toolswarm is running.',
    retryable: true,
    cause,
  });
