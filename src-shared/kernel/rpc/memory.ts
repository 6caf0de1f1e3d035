import { type Channel, type ChannelListeners, createChannelListeners } from './channel.ts';

export interface ChannelPairOptions {
  /** Runs a delivery later; the default is a microtask. Tests pass a scheduler to try every order. */
  defer?: (deliver: () => void) => void;
  /** Messages on their way in one direction beyond which it is not writable. Default 64. */
  highWaterMark?: number;
}

interface Direction {
  underway: number;
  waiting: Array<() => void>;
}

/** Two ends of a channel within one process: what one sends, the other receives, later and in order. */
export function createChannelPair(options: ChannelPairOptions = {}): [Channel, Channel] {
  const { defer = queueMicrotask, highWaterMark = 64 } = options;
  const ends: [ChannelListeners, ChannelListeners] = [createChannelListeners(), createChannelListeners()];
  const make = (own: ChannelListeners, other: ChannelListeners): Channel => {
    const direction: Direction = { underway: 0, waiting: [] };
    const release = () => {
      for (const resume of direction.waiting.splice(0)) resume();
    };
    own.onClose(release);
    const isWritable = () => own.closed || direction.underway < highWaterMark;
    return {
      send(message) {
        if (own.closed) return;
        direction.underway += 1;
        defer(() => {
          direction.underway -= 1;
          other.receive(message);
          if (isWritable()) release();
        });
      },
      get writable() {
        return isWritable();
      },
      drained: () =>
        isWritable() ? Promise.resolve() : new Promise((resolve) => direction.waiting.push(resolve)),
      onMessage: own.onMessage,
      onClose: own.onClose,
      close(reason) {
        if (own.close(reason)) defer(() => void other.close());
      },
    };
  };
  return [make(ends[0], ends[1]), make(ends[1], ends[0])];
}
