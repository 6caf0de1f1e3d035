/**
 * A channel carries whole text messages both ways, in order. Everything above it (calls, streams, reconnection) is the
 * same over memory, a MessagePort, a WebSocket or a socket; a form of channel is one small function.
 */
import type { AppError } from '../errors.ts';

export interface Channel {
  /** Sends one message; silently dropped once the channel is closed (listeners of `onClose` learn that). */
  send(message: string): void;
  /** False while the other end reads slower than this one writes, and more should not be sent. */
  readonly writable: boolean;
  /** Resolves as soon as the channel is writable again, or closed. */
  drained(): Promise<void>;
  /** Sets the receiver. Call it in the tick in which the channel was made: earlier messages are lost. */
  onMessage(listener: (message: string) => void): void;
  /** Called once when either end closes, with the reason where there is one; at once if that is already so. */
  onClose(listener: (reason?: AppError) => void): void;
  /** Closes both directions. What was sent before is still delivered where the transport can. */
  close(reason?: AppError): void;
}

/** The part that all forms of channel share: who listens, and that closing happens once. */
export interface ChannelListeners {
  readonly closed: boolean;
  receive(message: string): void;
  onMessage: Channel['onMessage'];
  onClose: Channel['onClose'];
  /** True the first time. */
  close(reason?: AppError): boolean;
}

export function createChannelListeners(): ChannelListeners {
  let receiver: ((message: string) => void) | undefined;
  const closers = new Set<(reason?: AppError) => void>();
  let end: { reason: AppError | undefined } | undefined;
  return {
    get closed() {
      return end !== undefined;
    },
    receive(message) {
      if (!end) receiver?.(message);
    },
    onMessage(listener) {
      receiver = listener;
    },
    onClose(listener) {
      if (end) listener(end.reason);
      else closers.add(listener);
    },
    close(reason) {
      if (end) return false;
      end = { reason };
      for (const listener of closers) listener(reason);
      closers.clear();
      return true;
    },
  };
}
