import { AppError } from '../errors.ts';
import { onAbort } from './abort.ts';
import { type Inbox, createInbox } from './inbox.ts';
import { STREAM_CREDIT } from './messages.ts';

/** One open call as the connection sees it. */
export interface OpenCall {
  result(value: unknown): void;
  fail(error: AppError): void;
  item?(value: unknown): void;
}

/** Sends the request and registers `call` for its replies. Throws `AppError` where it cannot be sent. */
export type BeginStream = (call: OpenCall) => StreamHandle;

export interface StreamHandle {
  /** Lets the node send as many more items. */
  grant(items: number): void;
  /** Tells the node that nothing more is wanted; without effect once the stream has ended. */
  cancel(): void;
}

/**
 * Opens a stream and grants its credit anew as items are taken: half a window at a time, so that a fast reader never
 * waits and a slow one never holds more than `STREAM_CREDIT` items.
 */
export function openStream(begin: BeginStream, signal: AbortSignal | undefined): Inbox<unknown> {
  let handle: StreamHandle | undefined;
  let release = () => {};
  let taken = 0;
  let outstanding = STREAM_CREDIT;

  const inbox = createInbox<unknown>({ onTaken, onReturn: leave });
  try {
    open();
  } catch (error) {
    inbox.end(error as AppError);
  }
  return inbox;

  function open(): void {
    if (signal?.aborted) throw cancelled(signal);
    handle = begin({ item, result: () => end(), fail: end });
    release = onAbort(signal, () => fail(cancelled(signal)));
    handle.grant(STREAM_CREDIT);
  }

  function item(value: unknown): void {
    if (inbox.size < outstanding) inbox.push(value);
    else fail(creditExceeded());
  }

  function onTaken(): void {
    outstanding -= 1;
    taken += 1;
    if (taken < STREAM_CREDIT / 2) return;
    outstanding += taken;
    handle?.grant(taken);
    taken = 0;
  }

  function end(error?: AppError): void {
    release();
    inbox.end(error);
  }

  function leave(): void {
    release();
    handle?.cancel();
  }

  function fail(error: AppError): void {
    leave();
    inbox.drop(error);
  }
}

export const cancelled = (signal?: AbortSignal): AppError =>
  new AppError('contract.cancelled', 'The call was cancelled.', {
    advice: 'Call again if the result is still wanted.',
    retryable: true,
    cause: signal?.reason,
  });

const creditExceeded = (): AppError =>
  new AppError('contract.malformed', 'The node sent more of a stream than was asked for.', {
    advice: 'Update the node; its release is broken.',
  });
