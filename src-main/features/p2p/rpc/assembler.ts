/** Puts a message together from its fragments. */
export interface Assembler {
  /** Bytes gathered so far. */
  readonly size: number;
  add(fragment: Uint8Array): void;
  /** The message, in memory of its own. */
  take(): Uint8Array;
}

/**
 * Grows by doubling, so that a peer which sends tiny fragments costs no more memory than twice what it sent.
 * The caller bounds `size`.
 */
export function createAssembler(first: Uint8Array): Assembler {
  let buffer = new Uint8Array(first.length * 2);
  let size = 0;

  function add(fragment: Uint8Array): void {
    if (size + fragment.length > buffer.length) {
      const grown = new Uint8Array(Math.max(buffer.length * 2, size + fragment.length));
      grown.set(buffer.subarray(0, size));
      buffer = grown;
    }
    buffer.set(fragment, size);
    size += fragment.length;
  }

  add(first);
  return {
    get size() {
      return size;
    },
    add,
    take: () => buffer.slice(0, size),
  };
}
