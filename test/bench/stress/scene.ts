/**
 * What both processes of the overload know: its capacity is set by waiting, not by cores, which the load shares. The wait is
 * long beside what a busy machine adds to a timer.
 */
export const DELAY_MS = 200;
export const MAX_RUNNING = 40;
/** Calls a second. */
export const CAPACITY = (MAX_RUNNING * 1000) / DELAY_MS;

export interface ProviderState {
  /** Bytes. */
  rss: number;
  /** Bytes after collecting garbage. */
  heap: number;
  running: number;
  waiting: number;
}
