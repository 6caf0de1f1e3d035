import { AppError } from '../errors.ts';
import { type Channel, createChannelListeners } from './channel.ts';

/** What a `ChildProcess` with an IPC channel and the child's own `process` have in common. */
export interface IpcProcessLike {
  readonly connected: boolean;
  send?(message: string, handle: undefined, options: undefined, sent: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** UTF-16 units that were handed to the system and not taken yet, beyond which the channel is not writable. */
const HIGH_WATER = 1024 * 1024;

/**
 * A channel over the IPC of a child process, for either end. Either end learns at once when the other's process is
 * gone, for whatever reason: the system closes the channel with it.
 */
export function channelOverProcess(peer: IpcProcessLike): Channel {
  const listeners = createChannelListeners();
  const waiting: Array<() => void> = [];
  let underway = 0;
  const isWritable = () => listeners.closed || underway < HIGH_WATER;
  const release = () => {
    if (isWritable()) for (const resume of waiting.splice(0)) resume();
  };
  /** Once what was sent before is written: disconnecting drops what is not. */
  const disconnect = () => {
    if (underway === 0 && peer.connected) peer.disconnect?.();
  };
  const close = (reason?: AppError) => {
    if (listeners.close(reason)) disconnect();
  };

  listeners.onClose(release);
  peer.on('disconnect', () => void listeners.close());
  peer.on('message', (message) => {
    if (typeof message === 'string') listeners.receive(message);
    else close(notText());
  });
  if (!peer.connected) listeners.close();

  return {
    send(message) {
      if (listeners.closed || !peer.connected) return;
      underway += message.length;
      peer.send?.(message, undefined, undefined, (error) => {
        underway -= message.length;
        if (error) listeners.close();
        if (listeners.closed) disconnect();
        release();
      });
    },
    get writable() {
      return isWritable();
    },
    drained: () => (isWritable() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    onMessage: listeners.onMessage,
    onClose: listeners.onClose,
    close,
  };
}

const notText = (): AppError =>
  new AppError('contract.malformed', 'A message that is not text arrived.', {
    advice: 'Only the messages of the contract may be sent here.',
  });
