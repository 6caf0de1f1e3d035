/**
 * One direction of a wire: in order, late, bounded. A lost segment of a reliable stream is a delay for it and for all that
 * follows; a narrow line makes everything queue. Congestion control is not modelled: the sender's buffer bounds what is
 * under way, as a socket's does.
 */
import type { Random } from '#shared/kernel/random.ts';
import type { VirtualClock } from '#test/support/virtual-clock.ts';

/** Payload of one packet on the way; losses strike packets, not writes. */
export const SEGMENT_BYTES = 1400;
/** Shortest time until a sender notices a loss, beside the round trip. */
const RETRANSMISSION_MS = 200;
/** A packet lost so often in a row arrives all the same: the link would have broken. */
const MAX_LOSSES = 6;

/** A line that all wires of a host share, in one direction. */
export interface Line {
  bytesPerSecond: number;
  /** Monotonic ms at which it has sent everything. */
  freeAt: number;
}

export interface PipeOptions {
  clock: VirtualClock;
  random: Random;
  /** One-way delay of one packet, drawn anew for each. */
  delay(): number;
  /** Share of packets that are lost on their way. */
  loss(): number;
  /** The narrowest line on the way, where there is one. */
  line: Line | undefined;
  /** Bytes that the sender's socket takes before it says that it is full. */
  bufferBytes: number;
  /** Whether what arrives now is let through. */
  carries(): boolean;
  deliver(bytes: Uint8Array): void;
  drained(): void;
}

export interface Pipe {
  /** False: full, until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Time until everything written has arrived. */
  remainingMs(): number;
}

export function createPipe(options: PipeOptions): Pipe {
  const { clock, line, random } = options;
  let underWay = 0;
  let lastArrival = 0;
  let full = false;

  /** Times that a packet is sent in vain. */
  function losses(share: number): number {
    let count = 0;
    while (share > 0 && count < MAX_LOSSES && random.float() < share) count++;
    return count;
  }

  /** When a packet that leaves at `departAt` arrives; each loss costs a round trip, a pause and, on a line, its room. */
  function arrivalOf(departAt: number, lost: number): number {
    const delay = options.delay();
    return departAt + delay + lost * (2 * delay + RETRANSMISSION_MS);
  }

  function depart(bytes: number, lost: number): number {
    const now = clock.monotonic();
    if (!line) return now;
    const takesMs = (bytes / line.bytesPerSecond) * 1000;
    const departAt = Math.max(now, line.freeAt) + takesMs;
    line.freeAt = departAt + lost * takesMs;
    return departAt;
  }

  function send(bytes: Uint8Array, lost: number): void {
    lastArrival = Math.max(lastArrival, arrivalOf(depart(bytes.length, lost), lost));
    clock.after(lastArrival - clock.monotonic(), () => {
      if (!options.carries()) return;
      underWay -= bytes.length;
      options.deliver(bytes);
      if (!full || underWay >= options.bufferBytes) return;
      full = false;
      options.drained();
    });
  }

  /** Without a narrow line the packets of one write arrive together, as late as the latest. */
  function sendWhole(bytes: Uint8Array, share: number): void {
    const packets = Math.ceil(bytes.length / SEGMENT_BYTES);
    send(bytes, losses(1 - (1 - share) ** packets));
  }

  return {
    remainingMs: () => Math.max(0, lastArrival - clock.monotonic()),
    write(bytes) {
      underWay += bytes.length;
      const share = options.loss();
      if (!line) sendWhole(bytes, share);
      else
        for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
          send(bytes.subarray(at, at + SEGMENT_BYTES), losses(share));
      full = underWay >= options.bufferBytes;
      return !full;
    },
  };
}
