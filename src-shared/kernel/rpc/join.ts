import { AppError } from '../errors.ts';
import type { Channel } from './channel.ts';

export interface JoinOptions {
  /** Characters that one end may send while the other takes none; more closes both. Default 4 Mi, for parts. */
  maxHeld?: number;
}

const MAX_HELD = 4 * 1024 * 1024;

/** Passes on what either channel receives, unread; when one closes, so does the other, for the same reason. */
export function joinChannels(one: Channel, other: Channel, { maxHeld = MAX_HELD }: JoinOptions = {}): void {
  forward(one, other, maxHeld);
  forward(other, one, maxHeld);
}

function forward(from: Channel, to: Channel, maxHeld: number): void {
  let held = 0;
  from.onMessage((message) => {
    held = to.writable ? 0 : held + message.length;
    if (held > maxHeld) return from.close(heldUp());
    to.send(message);
  });
  from.onClose((reason) => to.close(reason));
}

const heldUp = (): AppError =>
  new AppError('contract.held_up', 'One end of a connection sent more than the other takes.', {
    advice: 'Open the window again.',
    retryable: true,
  });
