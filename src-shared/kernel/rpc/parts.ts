/**
 * Long messages over a channel for short ones, such as one of many over the IPC of a process. A message travels in
 * parts, so that a long one holds up nobody else's, and whoever passes parts on never holds a whole message. The
 * receiver says what it has taken: no more than `WINDOW` characters are ever on their way, whatever lies between.
 *
 * | message | meaning |
 * |---|---|
 * | `+…` | a part; more of the same message follow |
 * | `.…` | the last part of a message |
 * | `!n` | the receiver has taken `n` more characters |
 */
import { AppError } from '../errors.ts';
import { type Channel, createChannelListeners } from './channel.ts';
import { MAX_RESPONSE_LENGTH, tooLarge } from './messages.ts';

/** Longest part, in UTF-16 units. */
const PART_LENGTH = 64 * 1024;
/** Characters of parts that may be on their way in one direction. */
const WINDOW = 1024 * 1024;
/** What a part counts beside its text, so that empty messages are bounded as well. */
const PART_COST = 64;
/** The receiver speaks up after this much, not after each part. */
const ACKNOWLEDGE_AFTER = WINDOW / 8;

export interface PartsOptions {
  /** A longer message closes the channel with `contract.too_large`. Default: the longest answer of a node. */
  maxLength?: number;
}

export function channelInParts(
  inner: Channel,
  { maxLength = MAX_RESPONSE_LENGTH }: PartsOptions = {},
): Channel {
  const listeners = createChannelListeners();
  const incoming = createAssembly(maxLength);
  const outgoing: string[] = [];
  const waiting: Array<() => void> = [];
  let underway = 0;

  const isWritable = () => listeners.closed || (outgoing.length === 0 && underway < WINDOW);
  const close = (reason?: AppError) => {
    if (listeners.close(reason)) inner.close(reason);
  };
  listeners.onClose(() => {
    outgoing.length = 0;
    release();
  });
  inner.onClose((reason) => void listeners.close(reason));
  inner.onMessage((text) => {
    try {
      receive(text.charAt(0), text.slice(1));
    } catch (error) {
      close(error as AppError);
    }
  });

  function receive(sign: string, text: string): void {
    if (sign === '!') return acknowledged(Number(text));
    if (sign !== '+' && sign !== '.') throw malformed();
    const taken = incoming.add(text);
    if (taken > 0) inner.send(`!${taken}`);
    if (sign === '.') listeners.receive(incoming.take());
  }

  function acknowledged(count: number): void {
    if (!(count > 0 && count <= underway)) throw malformed();
    underway -= count;
    flush();
    release();
  }

  function release(): void {
    if (isWritable()) for (const resume of waiting.splice(0)) resume();
  }

  /** Sends what the window allows; the first part goes in any case, so that a window is never too small for one. */
  function flush(): void {
    while (outgoing.length > 0 && underway < WINDOW) {
      const part = outgoing.shift() as string;
      underway += part.length - 1 + PART_COST;
      inner.send(part);
    }
  }

  return {
    send(message) {
      if (listeners.closed) return;
      for (const part of cut(message)) outgoing.push(part);
      flush();
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

function* cut(message: string): Generator<string> {
  let start = 0;
  while (message.length - start > PART_LENGTH) {
    const end = start + PART_LENGTH - (isHighSurrogate(message.charCodeAt(start + PART_LENGTH - 1)) ? 1 : 0);
    yield `+${message.slice(start, end)}`;
    start = end;
  }
  yield `.${message.slice(start)}`;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** Puts one message together, and counts what its sender has not been told of yet. */
function createAssembly(maxLength: number) {
  let parts: string[] = [];
  let length = 0;
  let untold = 0;
  return {
    /** How much the sender must be told of now; 0: not yet. Throws `contract.too_large`, `contract.malformed`. */
    add(text: string): number {
      if (text.length > PART_LENGTH) throw malformed();
      parts.push(text);
      length += text.length;
      if (length > maxLength) throw tooLarge(maxLength);
      untold += text.length + PART_COST;
      if (untold < ACKNOWLEDGE_AFTER) return 0;
      const told = untold;
      untold = 0;
      return told;
    },
    take(): string {
      const message = parts.length === 1 ? (parts[0] as string) : parts.join('');
      parts = [];
      length = 0;
      return message;
    },
  };
}

const malformed = (): AppError =>
  new AppError('contract.malformed', 'This is not a part of a message.', {
    advice: 'Update both programs to one release.',
  });
