/**
 * What a link sends. Every call has a lane; lanes take turns, one fragment each. Small messages go before bulk, which
 * still gets its share, and bulk waits here rather than in the sockets: neither starves the other, on the slowest line
 * too. A lane sends no more than its credit allows. All frames of one tick leave in one write.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import { FLAGS, FRAME_TYPES, HEADER_BYTES, writeHeader } from './frames.ts';
import type { Pace } from './pace.ts';

/** A turn of a lane: small enough for fairness, large enough that headers and ciphers do not matter. */
const FRAGMENT_BYTES = 60 * 1024;
/** Messages up to this size go before larger ones. */
const QUICK_BYTES = 16 * 1024;
/** Bulk gets a turn after so many turns' worth of small messages at the latest: a fifth of the line. */
const QUICK_TURNS = 4;
/**
 * A write stops growing here; what is left follows when the transport has room. Every write is one yamux frame, which the
 * other end reads as a whole and acknowledges by itself: larger ones cost less, smaller ones let it begin sooner.
 */
const BATCH_BYTES = 48 * 1024;
/** Frames are written into slabs and handed to the transport as views: no allocation and no copy per frame. */
const SLAB_BYTES = 64 * 1024;
const FIRST_SLAB_BYTES = 4096;
/** Control frames (credit, ping, errors) waiting for a peer that does not read. Beyond it the link ends. */
const MAX_CONTROL_FRAMES = 4096;

const NOTHING = new Uint8Array(0);

interface Message {
  type: number;
  /** Bytes before the body in the first frame. */
  head: Uint8Array;
  body: Uint8Array;
  /** How much of the body has left. */
  offset: number;
  /** Told once, when the last byte left or the message was dropped. */
  settle: ((error?: AppError) => void) | undefined;
  next: Message | undefined;
}

/** The outgoing half of one call. Opaque outside this file. */
export interface Lane {
  readonly id: number;
  credit: number;
  first: Message | undefined;
  last: Message | undefined;
  /** Whether the lane waits for its turn. */
  queued: boolean;
  next: Lane | undefined;
}

/** Lanes in the order of their turns. */
interface Turns {
  first: Lane | undefined;
  last: Lane | undefined;
}

interface ControlFrame {
  type: number;
  id: number;
  payload: Uint8Array;
}

export interface OutboxDeps {
  /** Hands bytes to the transport; false means: no more until `drained`. May throw where the transport is gone. */
  write(bytes: Uint8Array): boolean;
  /** The transport failed, or the peer reads nothing any more. */
  onFault(error: unknown): void;
  /** Holds back bulk; absent: only the transport does. */
  pace?: Pace;
}

export interface Outbox {
  /** Bytes of messages that wait. */
  readonly waitingBytes: number;
  /** Sends a frame ahead of all messages. */
  control(type: number, id: number, payload?: Uint8Array): void;
  openLane(id: number, credit: number): Lane;
  /** Queues a message on a lane; `settle` hears when its last byte left, or why it never will. */
  send(
    lane: Lane,
    type: number,
    body: Uint8Array,
    head?: Uint8Array,
    settle?: (error?: AppError) => void,
  ): void;
  addCredit(lane: Lane, bytes: number): void;
  /** Forgets what a lane has not sent yet. */
  drop(lane: Lane, error: AppError): void;
  /** The transport takes bytes again. */
  drained(): void;
  /** The pace may have room for more. */
  resume(): void;
  /** Sends at once what is queued and allowed; used before closing. */
  flush(): void;
  close(): void;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const control: ControlFrame[] = [];
  let slab = newSlab(FIRST_SLAB_BYTES);
  /** Where the batch under construction begins and ends in the slab. What lies before has been handed out. */
  let begin = 0;
  let used = 0;
  const quick: Turns = { first: undefined, last: undefined };
  const bulk: Turns = { first: undefined, last: undefined };
  const { pace } = deps;
  /** Bytes of small messages that left since the last turn of bulk. */
  let quickBytes = 0;
  let waitingBytes = 0;
  let scheduled = false;
  let blocked = false;
  let closed = false;

  function schedule(): void {
    if (scheduled || blocked || closed) return;
    scheduled = true;
    queueMicrotask(flush);
  }

  function flush(): void {
    scheduled = false;
    try {
      while (!blocked && !closed && fillBatch()) blocked = !deps.write(slab.subarray(begin, used));
    } catch (error) {
      closed = true;
      deps.onFault(error);
    }
  }

  function fillBatch(): boolean {
    begin = used;
    for (const frame of control) {
      if (frame.type === FRAME_TYPES.ping) asked(false);
      put(frame.type, 0, frame.id, NOTHING, frame.payload, 0, frame.payload.length);
    }
    control.length = 0;
    while (used - begin < BATCH_BYTES) {
      const lane = nextLane();
      if (!lane) break;
      takeTurn(lane);
    }
    return used > begin;
  }

  /** Small messages first, unless bulk has waited for its share; bulk only while the line has room for it. */
  function nextLane(): Lane | undefined {
    const mayBulk = bulk.first !== undefined && hasRoom();
    const isBulkDue = mayBulk && quickBytes >= QUICK_TURNS * turnBytes();
    if (quick.first && !isBulkDue) return shiftLane(quick);
    if (!mayBulk) return undefined;
    quickBytes = 0;
    return shiftLane(bulk);
  }

  /** Where bulk has to wait, an answer must be on its way that ends the wait. */
  function hasRoom(): boolean {
    if (!pace || pace.hasRoom()) return true;
    if (!pace.isAsking()) ask();
    return false;
  }

  const turnBytes = (): number => pace?.turnBytes() ?? FRAGMENT_BYTES;

  const asked = (paced: boolean): void => pace?.asked({ paced, pressed: bulk.first !== undefined });

  /** Counts what left; between turns of bulk the peer is asked from time to time how far it has come. */
  function noteSent(bytes: number, isQuick: boolean): void {
    if (isQuick) quickBytes += bytes;
    else if (pace?.wrote(bytes)) ask();
  }

  function ask(): void {
    asked(true);
    put(FRAME_TYPES.ping, 0, 0, NOTHING, NOTHING, 0, 0);
  }

  function put(
    type: number,
    flags: number,
    id: number,
    head: Uint8Array,
    body: Uint8Array,
    from: number,
    to: number,
  ): void {
    const bytes = head.length + to - from;
    reserve(HEADER_BYTES + bytes);
    writeHeader(slab, used, type, flags, id, bytes);
    used += HEADER_BYTES;
    if (head.length > 0) slab.set(head, used);
    slab.set(from === 0 && to === body.length ? body : body.subarray(from, to), used + head.length);
    used += bytes;
  }

  /** Takes a new slab where the batch does not fit: the transport may still hold what the old one contains. */
  function reserve(bytes: number): void {
    if (used + bytes <= slab.length) return;
    const batch = slab.subarray(begin, used);
    const wanted = batch.length + bytes;
    slab = newSlab(wanted > FIRST_SLAB_BYTES ? Math.max(SLAB_BYTES, wanted) : nextSlabBytes());
    slab.set(batch);
    begin = 0;
    used = batch.length;
  }

  /** Quiet links keep a small slab, busy ones need fewer of a larger size. */
  const nextSlabBytes = (): number => Math.min(slab.length * 2, SLAB_BYTES);

  function takeTurn(lane: Lane): void {
    const message = lane.first;
    if (!message) return;
    const fresh = message.offset === 0;
    const head = fresh ? message.head : NOTHING;
    const left = message.body.length - message.offset;
    const room = lane.credit - HEADER_BYTES - head.length;
    if (room < Math.min(left, 1)) return;
    const isQuick = message.body.length <= QUICK_BYTES;
    const bytes = Math.min(left, room, isQuick ? FRAGMENT_BYTES : turnBytes());
    const to = message.offset + bytes;
    const flags = bytes < left ? FLAGS.more : 0;
    const type = fresh ? message.type : FRAME_TYPES.data;
    put(type, flags, lane.id, head, message.body, message.offset, to);
    lane.credit -= HEADER_BYTES + head.length + bytes;
    waitingBytes -= bytes;
    message.offset = to;
    if (bytes === left) finish(lane, message);
    pushLane(lane);
    noteSent(HEADER_BYTES + head.length + bytes, isQuick);
  }

  function finish(lane: Lane, message: Message): void {
    lane.first = message.next;
    if (!lane.first) lane.last = undefined;
    message.settle?.();
  }

  /** A lane waits for its turn only while it has something to send and credit to send it. */
  function pushLane(lane: Lane): void {
    if (lane.queued || !lane.first || lane.credit <= HEADER_BYTES) return;
    lane.queued = true;
    const turns = lane.first.body.length <= QUICK_BYTES ? quick : bulk;
    if (turns.last) turns.last.next = lane;
    else turns.first = lane;
    turns.last = lane;
  }

  function shiftLane(turns: Turns): Lane | undefined {
    const lane = turns.first;
    if (!lane) return undefined;
    turns.first = lane.next;
    if (!turns.first) turns.last = undefined;
    lane.next = undefined;
    lane.queued = false;
    return lane;
  }

  return {
    get waitingBytes() {
      return waitingBytes;
    },
    control(type, id, payload = NOTHING) {
      if (closed) return;
      if (control.length >= MAX_CONTROL_FRAMES) {
        closed = true;
        deps.onFault(p2pError('p2p.flooding'));
        return;
      }
      control.push({ type, id, payload });
      schedule();
    },
    openLane: (id, credit) => ({
      id,
      credit,
      first: undefined,
      last: undefined,
      queued: false,
      next: undefined,
    }),
    send(lane, type, body, head = NOTHING, settle) {
      const message: Message = { type, head, body, offset: 0, settle, next: undefined };
      if (lane.last) lane.last.next = message;
      else lane.first = message;
      lane.last = message;
      waitingBytes += body.length;
      pushLane(lane);
      schedule();
    },
    addCredit(lane, bytes) {
      lane.credit += bytes;
      pushLane(lane);
      schedule();
    },
    drop(lane, error) {
      for (let message = lane.first; message; message = message.next) {
        waitingBytes -= message.body.length - message.offset;
        message.settle?.(error);
      }
      lane.first = undefined;
      lane.last = undefined;
    },
    drained() {
      blocked = false;
      flush();
    },
    resume: schedule,
    flush,
    close() {
      closed = true;
      control.length = 0;
    },
  };
}

/** Not zeroed: only what was written is ever handed out. */
const newSlab = (bytes: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
