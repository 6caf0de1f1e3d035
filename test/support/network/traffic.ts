/** What travels in a simulated world, by plane, and a digest of every event in it: two runs are alike or they are not. */

/** `links`: everything on the links between nodes; `calls/…`: the part of it that a protocol's messages are. */
export type Plane = 'announce' | 'lookup' | 'links' | `calls${string}`;

export interface Traffic {
  /** Notes `bytes` sent on a plane. */
  sent(plane: Plane, bytes: number): void;
  /** Bytes and messages since the last `reset`, by plane. */
  totals(): Record<string, { bytes: number; messages: number }>;
  reset(): void;
}

export function createTraffic(): Traffic {
  const planes = new Map<string, { bytes: number; messages: number }>();
  return {
    sent(plane, bytes) {
      let total = planes.get(plane);
      if (!total) planes.set(plane, (total = { bytes: 0, messages: 0 }));
      total.bytes += bytes;
      total.messages++;
    },
    totals: () => Object.fromEntries([...planes].map(([plane, total]) => [plane, { ...total }])),
    reset: () => planes.clear(),
  };
}

export interface Trace {
  /** Notes an event by numbers: what, when, how much. */
  note(...facts: number[]): void;
  readonly events: number;
  /** Hexadecimal; equal for equal sequences of events. */
  digest(): string;
}

/** Two lanes of FNV-1a over the bits of each number: fast enough for every frame of a large world. */
export function createTrace(): Trace {
  const scratch = new DataView(new ArrayBuffer(8));
  let a = 0x811c9dc5;
  let b = 0x01234567;
  let events = 0;
  return {
    note(...facts) {
      events++;
      for (const fact of facts) {
        scratch.setFloat64(0, fact);
        a = Math.imul(a ^ scratch.getUint32(0), 0x01000193);
        b = Math.imul(b ^ scratch.getUint32(4), 0x01000193) ^ (a >>> 13);
      }
    },
    get events() {
      return events;
    },
    digest: () => (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0'),
  };
}
