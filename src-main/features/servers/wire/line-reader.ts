/**
 * Newline-delimited messages out of a byte stream. A line within one chunk is decoded where it lies; what spans
 * several is gathered in one growing buffer, so that neither many small chunks nor few large ones cost more than
 * their bytes. Memory is bounded by the longest message allowed.
 */
const NEWLINE = 0x0a;
/** How much of an oversized line's beginning and end is kept, to find out which call it would have answered. */
const EDGE_BYTES = 4_096;
/** A carry buffer larger than this is given back after its line. */
const KEEP_BYTES = 65_536;

export interface LineReaderOptions {
  /** Longer lines are dropped as they come. */
  maxBytes: number;
  onLine(line: string): void;
  /** A line was dropped; `head` and `tail` are its edges. */
  onOversized(head: string, tail: string, bytes: number): void;
}

export interface LineReader {
  push(chunk: Buffer): void;
}

export function createLineReader(options: LineReaderOptions): LineReader {
  const { maxBytes } = options;
  let carry = Buffer.allocUnsafe(0);
  /** Bytes of the unfinished line; only the first `maxBytes` of them are in `carry`. */
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);

  function keep(piece: Buffer): void {
    const fits = bytes + piece.length <= maxBytes;
    // Of a line that is too long only the edges stay.
    const end = fits ? bytes + piece.length : Math.min(EDGE_BYTES, maxBytes);
    if (end > bytes) {
      grow(end);
      piece.copy(carry, bytes, 0, end - bytes);
    }
    if (!fits) tail = Buffer.concat([tail, piece.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES);
    bytes += piece.length;
  }

  function grow(size: number): void {
    if (size <= carry.length) return;
    const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(size, carry.length * 2)));
    carry.copy(larger, 0, 0, Math.min(bytes, carry.length));
    carry = larger;
  }

  function finish(): void {
    if (bytes > maxBytes) {
      const head = carry.toString('utf8', 0, Math.min(EDGE_BYTES, carry.length));
      options.onOversized(head, tail.toString('utf8'), bytes);
    } else if (bytes > 0) options.onLine(carry.toString('utf8', 0, bytes));
    bytes = 0;
    if (tail.length > 0) tail = Buffer.alloc(0);
    if (carry.length > KEEP_BYTES) carry = Buffer.allocUnsafe(0);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        if (bytes === 0 && end - start <= maxBytes) {
          if (end > start) options.onLine(chunk.toString('utf8', start, end));
        } else {
          keep(chunk.subarray(start, end));
          finish();
        }
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
  };
}

/** The id of the response that an oversized line is, as far as its edges show it. Serialisers put it first or last. */
export function idOfOversized(head: string, tail: string): number | undefined {
  const first =
    /^\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*(\d+)\s*,/.exec(head) ??
    /^\s*\{\s*"id"\s*:\s*(\d+)\s*,/.exec(head);
  const last = /,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail);
  const found = first?.[1] ?? last?.[1];
  return found === undefined ? undefined : Number(found);
}
