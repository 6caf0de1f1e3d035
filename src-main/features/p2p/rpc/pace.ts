/**
 * How much bulk may be under way to one peer. Sockets and streams take far more than a slow line carries, and whatever
 * they have taken delays every later call. So bulk waits here, where calls can pass it: no more of it leaves than the line
 * carries in its shortest round trip and a little longer. What the line carries is learned from pings between the bulk.
 */

/** How long bulk may queue in sockets and lines, beside the shortest round trip. */
const QUEUE_MS = 400;
/** Under way at first, at least, and at most. */
const FIRST_BYTES = 64 * 1024;
const MIN_BYTES = 16 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;
/** One turn of bulk takes the line no longer than this, within these sizes. */
const TURN_MS = 100;
const MIN_TURN_BYTES = 2 * 1024;
const MAX_TURN_BYTES = 60 * 1024;
/** A ping after so many bytes, or a quarter of what may be under way where that is less or far more. */
const MIN_STEP_BYTES = 4 * 1024;
const MAX_STEP_BYTES = 1024 * 1024;
/** The best of so many measurements counts, so that one lost packet does not look like a narrower line. */
const RATES = 8;
const ROUND_TRIPS = 64;
/** Clocks are coarse; nothing is faster than this. */
const SHORTEST_MS = 0.05;

interface Question {
  /** Bytes of bulk written before it, and how many of them the peer had confirmed by then. */
  written: number;
  confirmed: number;
  at: number;
  paced: boolean;
  /** Whether bulk was waiting: only then does what arrived say what the line carries. */
  pressed: boolean;
}

export interface Pace {
  /** Bytes of bulk that may leave in one turn. */
  turnBytes(): number;
  /** Whether more bulk may leave now. */
  hasRoom(): boolean;
  /** Notes bytes of bulk that left. True: a ping is due. */
  wrote(bytes: number): boolean;
  /** Whether an answer is on its way. */
  isAsking(): boolean;
  /** A ping leaves; `paced`: one that `wrote` asked for. */
  asked(question: { paced: boolean; pressed: boolean }): void;
  /** A pong came: the answer to the oldest ping. Undefined where none is open. */
  answered(): { roundTripMs: number; paced: boolean } | undefined;
}

/** @param now monotonic ms. */
export function createPace(now: () => number): Pace {
  /** Open pings, oldest first; bounded by what may be under way at a step each, and by those of the link itself. */
  const questions: Question[] = [];
  const rates: number[] = [];
  const roundTrips: number[] = [];
  let written = 0;
  let confirmed = 0;
  let askedAt = 0;
  let rate = 0;
  let allowance = FIRST_BYTES;

  function learn(question: Question, roundTripMs: number): void {
    keep(roundTrips, roundTripMs, ROUND_TRIPS);
    const measured = (question.written - question.confirmed) / roundTripMs;
    if (!question.pressed && measured <= rate) return;
    keep(rates, measured, RATES);
    rate = Math.max(...rates);
    allowance = clamp(rate * (Math.min(...roundTrips) + QUEUE_MS), MIN_BYTES, MAX_BYTES);
  }

  return {
    turnBytes: () =>
      rate === 0 ? MAX_TURN_BYTES / 4 : clamp(rate * TURN_MS, MIN_TURN_BYTES, MAX_TURN_BYTES),
    hasRoom: () => written - confirmed < allowance,
    wrote(bytes) {
      written += bytes;
      return written - askedAt >= clamp(allowance / 4, MIN_STEP_BYTES, MAX_STEP_BYTES);
    },
    isAsking: () => questions.length > 0,
    asked({ paced, pressed }) {
      askedAt = written;
      questions.push({ written, confirmed, at: now(), paced, pressed });
    },
    answered() {
      const question = questions.shift();
      if (!question) return undefined;
      const roundTripMs = Math.max(SHORTEST_MS, now() - question.at);
      confirmed = question.written;
      learn(question, roundTripMs);
      return { roundTripMs, paced: question.paced };
    },
  };
}

function keep(values: number[], value: number, most: number): void {
  values.push(value);
  if (values.length > most) values.shift();
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, Math.floor(value)));
