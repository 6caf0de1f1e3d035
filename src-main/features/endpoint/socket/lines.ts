/** Newline-delimited text out of a byte stream, within a bound. */
const NEWLINE = 0x0a;

export interface LineSplitter {
  push(chunk: Buffer): void;
}

/**
 * @param maxBytes longer lines are dropped, and reported once each.
 * @param onLine receives each line that is not empty.
 */
export function createLineSplitter(
  maxBytes: number,
  onLine: (line: string) => void,
  onOversized: () => void,
): LineSplitter {
  let parts: Buffer[] = [];
  let bytes = 0;

  function keep(piece: Buffer): void {
    bytes += piece.length;
    if (bytes <= maxBytes) parts.push(piece);
    else parts = [];
  }

  function finish(): void {
    const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const oversized = bytes > maxBytes;
    parts = [];
    bytes = 0;
    if (oversized) return onOversized();
    const line = whole.toString();
    if (line.trim() !== '') onLine(line);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        finish();
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
  };
}
