import type { AppError } from '#shared/kernel/errors.ts';
import type { RpcHandler } from '../network.ts';
import type { Assembler } from './assembler.ts';
import type { Lane } from './outbox.ts';

/** What the serving half of a link knows of one call of the peer. */
export interface IncomingCall {
  readonly id: number;
  readonly lane: Lane;
  readonly deadlineAt: number;
  readonly handler: RpcHandler;
  arriving: Assembler | undefined;
  arrivingType: number;
  /** Bytes of this call that count against the peer's memory. */
  held: number;
  /** Bytes consumed for which no credit was given back yet. */
  owed: number;
  /** Bytes received and not consumed; beyond the window the peer cheats. */
  unconsumed: number;
  /** Messages that arrived before the handler listens. */
  kept: Uint8Array[] | undefined;
  onMessage: ((message: Uint8Array) => void) | undefined;
  abort: AbortController | undefined;
  /** Whether the call has ended, and why where it did not come to its answer. */
  ended: boolean;
  broken: AppError | undefined;
  running: boolean;
}

/** A call of which nothing but its head has been read. */
export const incomingCall = (
  given: Pick<IncomingCall, 'deadlineAt' | 'handler' | 'id' | 'lane'>,
): IncomingCall => ({
  ...given,
  arriving: undefined,
  arrivingType: 0,
  held: 0,
  owed: 0,
  unconsumed: 0,
  kept: undefined,
  onMessage: undefined,
  abort: undefined,
  ended: false,
  broken: undefined,
  running: false,
});
