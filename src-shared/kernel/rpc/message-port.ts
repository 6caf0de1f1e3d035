import { AppError } from '../errors.ts';
import { type Channel, createChannelListeners } from './channel.ts';

/** What a DOM `MessagePort` and Electron's `MessagePortMain` have in common, in either's way of listening. */
export interface MessagePortLike {
  postMessage(message: string): void;
  start?(): void;
  close(): void;
  addEventListener?(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void;
  on?(type: 'message' | 'close', listener: (event?: { data?: unknown }) => void): unknown;
}

/** Ports do not tell reliably that the other end closed; an empty message, which is never JSON, says it. */
const BYE = '';

/**
 * A channel over one end of a message channel. Ports have no back-pressure: the credit of streams and the limit of
 * concurrent calls bound what is on its way.
 */
export function channelOverMessagePort(port: MessagePortLike): Channel {
  const listeners = createChannelListeners();
  const close = (reason?: AppError) => {
    if (!listeners.close(reason)) return;
    port.postMessage(BYE);
    port.close();
  };
  const listen = (type: 'message' | 'close', listener: (event?: { data?: unknown }) => void) => {
    if (port.addEventListener) port.addEventListener(type, listener);
    else port.on?.(type, listener);
  };
  listen('close', () => void listeners.close());
  listen('message', (event) => {
    if (event?.data === BYE) close();
    else if (typeof event?.data === 'string') listeners.receive(event.data);
    else
      close(
        new AppError('contract.malformed', 'A message that is not text arrived.', {
          advice: 'Only the messages of the contract may be sent here.',
        }),
      );
  });
  port.start?.();
  return {
    send: (message) => {
      if (!listeners.closed) port.postMessage(message);
    },
    writable: true,
    drained: () => Promise.resolve(),
    onMessage: listeners.onMessage,
    onClose: listeners.onClose,
    close,
  };
}
