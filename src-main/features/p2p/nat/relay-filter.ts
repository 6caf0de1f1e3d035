/**
 * Whom the library asks for places at relays. It never forgets that it wanted places it did not get, and would take them at
 * the next relay that connects, long after others reach this node by themselves.
 */
export interface RelayFilter {
  /** From now on no relay that connects is asked. */
  close(): void;
  open(): void;
  has(peerId: { toString(): string }): boolean;
  add(peerId: { toString(): string }): void;
  remove(peerId: { toString(): string }): void;
}

/** Holds the relays that are connected: no more than there may be connections. */
export function createRelayFilter(): RelayFilter {
  const told = new Set<string>();
  let closed = false;
  return {
    close: () => void (closed = true),
    open: () => void (closed = false),
    // The library asks nobody of whom it is told that it knows him already.
    has: (peerId) => closed || told.has(peerId.toString()),
    add: (peerId) => void told.add(peerId.toString()),
    remove: (peerId) => void told.delete(peerId.toString()),
  };
}
