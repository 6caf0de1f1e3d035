/**
 * Many channels over one. One end opens them, each under a label that says what is wanted; the other accepts. A message
 * is a letter, the channel's number, a colon and the text:
 *
 * | message | meaning |
 * |---|---|
 * | `o7:node` | channel 7 opens, for what is labelled `node` |
 * | `m7:…` | a message on channel 7 |
 * | `c7:` or `c7:{…}` | channel 7 closes, with an `ErrorShape` where there is a reason |
 */
import { AppError, fromErrorShape, toErrorShape } from '../errors.ts';
import { type Channel, type ChannelListeners, createChannelListeners } from './channel.ts';
import { errorShapeSchema } from './messages.ts';

/** Channels that may be open over one at a time; further ones are refused with `contract.too_many_channels`. */
export const MAX_CHANNELS = 128;

/** Opens channels over `carrier`, which it owns from now on. */
export interface ChannelOpener {
  /** @param label at most 64 characters, without meaning here. */
  open(label: string): Channel;
}

export function openOver(carrier: Channel): ChannelOpener {
  const table = createTable(carrier, () => {
    throw malformed();
  });
  let lastId = 0;
  return {
    open(label) {
      const id = (lastId += 1);
      if (table.size >= MAX_CHANNELS) return closedChannel(tooManyChannels());
      const channel = table.add(id);
      carrier.send(`o${id}:${label}`);
      return channel;
    },
  };
}

/**
 * Accepts the channels that the other end opens over `carrier`, which it owns from now on. `accept` sets the receiver
 * before it returns, or closes the channel.
 */
export function acceptOver(carrier: Channel, accept: (channel: Channel, label: string) => void): void {
  const table = createTable(carrier, (id, label) => {
    if (table.has(id)) throw malformed();
    const isFull = table.size >= MAX_CHANNELS;
    const channel = table.add(id);
    if (isFull) channel.close(tooManyChannels());
    else accept(channel, label.slice(0, 64));
  });
}

interface ChannelTable {
  readonly size: number;
  has(id: number): boolean;
  add(id: number): Channel;
}

function createTable(carrier: Channel, onOpen: (id: number, label: string) => void): ChannelTable {
  const open = new Map<number, ChannelListeners>();
  let end: { reason: AppError | undefined } | undefined;
  carrier.onMessage((message) => {
    try {
      receive(readMessage(message));
    } catch (error) {
      carrier.close(error as AppError);
    }
  });
  carrier.onClose((reason) => {
    end = { reason };
    for (const listeners of [...open.values()]) listeners.close(reason);
  });

  function receive({ letter, id, text }: CarriedMessage): void {
    if (letter === 'o') return onOpen(id, text);
    // A message for a channel that was closed here crossed our own message on its way.
    if (letter === 'm') return open.get(id)?.receive(text);
    open.get(id)?.close(readReason(text));
  }

  function add(id: number): Channel {
    const listeners = createChannelListeners();
    open.set(id, listeners);
    listeners.onClose(() => open.delete(id));
    if (end) listeners.close(end.reason);
    return {
      send(message) {
        if (!listeners.closed) carrier.send(`m${id}:${message}`);
      },
      get writable() {
        return listeners.closed || carrier.writable;
      },
      drained: () => (listeners.closed ? Promise.resolve() : carrier.drained()),
      onMessage: listeners.onMessage,
      onClose: listeners.onClose,
      close(reason) {
        if (listeners.close(reason))
          carrier.send(`c${id}:${reason ? JSON.stringify(toErrorShape(reason)) : ''}`);
      },
    };
  }

  return {
    get size() {
      return open.size;
    },
    has: (id) => open.has(id),
    add,
  };
}

interface CarriedMessage {
  letter: string;
  id: number;
  text: string;
}

function readMessage(message: string): CarriedMessage {
  const colon = message.indexOf(':');
  const id = Number(message.slice(1, colon));
  const letter = message.charAt(0);
  if (colon < 2 || colon > 17 || !Number.isSafeInteger(id) || !'omc'.includes(letter)) throw malformed();
  return { letter, id, text: message.slice(colon + 1) };
}

function readReason(text: string): AppError | undefined {
  if (text === '') return undefined;
  try {
    return fromErrorShape(errorShapeSchema.parse(JSON.parse(text)));
  } catch (cause) {
    throw malformed(cause);
  }
}

function closedChannel(reason: AppError): Channel {
  const listeners = createChannelListeners();
  listeners.close(reason);
  return {
    send: () => undefined,
    writable: true,
    drained: () => Promise.resolve(),
    onMessage: listeners.onMessage,
    onClose: listeners.onClose,
    close: () => undefined,
  };
}

const malformed = (cause?: unknown): AppError =>
  new AppError('contract.malformed', 'This is not a message of several channels over one.', {
    advice: 'Update both programs to one release.',
    cause,
  });

const tooManyChannels = (): AppError =>
  new AppError('contract.too_many_channels', `More than ${MAX_CHANNELS} channels are open at once.`, {
    advice: 'Close windows that are not needed.',
    retryable: true,
  });
