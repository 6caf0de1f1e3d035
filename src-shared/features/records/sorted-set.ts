/**
 * Records as reconciliation sees them: pairs of (time, hash) in order, with the fingerprint of any stretch at the cost of a
 * few hundred additions. Packed: 100,000 records take about 8 MiB.
 */
import { sha256 } from '@noble/hashes/sha2.js';

export const HASH_BYTES = 32;
export const FINGERPRINT_BYTES = 16;
/** Pairs in one leaf; a leaf keeps the sum of its hashes until it changes. */
const LEAF = 512;
const LANES = HASH_BYTES / 4;

/** A place between records: everything that is less lies before it. The hash may be cut: what is missing counts as zeros. */
export interface Bound {
  at: number;
  hash: Uint8Array;
}
export interface Item {
  /** When the record was issued, epoch ms. */
  at: number;
  hash: Uint8Array;
}

const NOTHING = new Uint8Array(0);
export const START: Bound = { at: 0, hash: NOTHING };
export const END: Bound = { at: Number.MAX_SAFE_INTEGER, hash: NOTHING };

export interface SortedSet {
  readonly size: number;
  /** False where it was there already. */
  add(at: number, hash: Uint8Array): boolean;
  /** False where it was not there. */
  delete(at: number, hash: Uint8Array): boolean;
  /** How many lie before the bound. */
  rank(bound: Bound): number;
  item(rank: number): Item;
  /** The hashes from one rank up to, and without, another. */
  hashes(from: number, to: number): Uint8Array[];
  /** What stands for a stretch: the same bytes for the same set, whoever computes it. */
  fingerprint(from: number, to: number): Uint8Array;
  /** The shortest bound that lies between the records of the ranks before and at `rank`. */
  boundAt(rank: number): Bound;
}

interface Leaf {
  count: number;
  times: Float64Array;
  hashes: Uint8Array;
  /** Sum of its hashes modulo 2^256, least lane first; undefined after a change. */
  sum: Uint32Array | undefined;
}

const emptyLeaf = (): Leaf => ({
  count: 0,
  times: new Float64Array(LEAF),
  hashes: new Uint8Array(LEAF * HASH_BYTES),
  sum: undefined,
});

export function createSortedSet(): SortedSet {
  const leaves: Leaf[] = [emptyLeaf()];
  let size = 0;

  /** The first leaf whose last pair is not before the bound, and the place in it. */
  function locate(bound: Bound): { leaf: number; place: number } {
    let low = 0;
    let high = leaves.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const leaf = leaves[middle] as Leaf;
      if (leaf.count === 0 || isBefore(leaf, leaf.count - 1, bound)) low = middle + 1;
      else high = middle;
    }
    return { leaf: low, place: placeIn(leaves[low] as Leaf, bound) };
  }

  function at(rank: number): { leaf: Leaf; place: number } {
    let left = rank;
    for (const leaf of leaves) {
      if (left < leaf.count) return { leaf, place: left };
      left -= leaf.count;
    }
    throw new RangeError('no such rank');
  }

  function item(rank: number): Item {
    const { leaf, place } = at(rank);
    return { at: leaf.times[place] as number, hash: hashOf(leaf, place).slice() };
  }

  function rank(bound: Bound): number {
    const { leaf, place } = locate(bound);
    let before = place;
    for (let index = 0; index < leaf; index++) before += (leaves[index] as Leaf).count;
    return before;
  }

  /** Visits each leaf that a stretch touches with the places that lie in it. */
  function visit(from: number, to: number, see: (leaf: Leaf, first: number, end: number) => void): void {
    let start = 0;
    for (const leaf of leaves) {
      if (start >= to) return;
      const first = Math.max(from - start, 0);
      const end = Math.min(to - start, leaf.count);
      if (first < end) see(leaf, first, end);
      start += leaf.count;
    }
  }

  return {
    get size() {
      return size;
    },
    add(time, hash) {
      const found = locate({ at: time, hash });
      const { place } = found;
      let leaf = leaves[found.leaf] as Leaf;
      if (holds(leaf, place, time, hash)) return false;
      let target = place;
      if (leaf.count === LEAF) {
        const next = split(leaf, place);
        leaves.splice(found.leaf + 1, 0, next);
        if (place > leaf.count || leaf.count === LEAF) {
          target = place - leaf.count;
          leaf = next;
        }
      }
      insert(leaf, target, time, hash);
      size++;
      return true;
    },
    delete(time, hash) {
      const found = locate({ at: time, hash });
      const leaf = leaves[found.leaf] as Leaf;
      if (!holds(leaf, found.place, time, hash)) return false;
      cut(leaf, found.place);
      if (leaf.count === 0 && leaves.length > 1) leaves.splice(found.leaf, 1);
      size--;
      return true;
    },
    rank,
    item,
    hashes(from, to) {
      const found: Uint8Array[] = [];
      visit(from, to, (leaf, first, end) => {
        for (let place = first; place < end; place++) found.push(hashOf(leaf, place).slice());
      });
      return found;
    },
    fingerprint(from, to) {
      const sum = new Uint32Array(LANES + 1);
      visit(from, to, (leaf, first, end) => {
        if (first === 0 && end === leaf.count) addLanes(sum, (leaf.sum ??= sumOf(leaf, 0, leaf.count)));
        else addLanes(sum, sumOf(leaf, first, end));
      });
      sum[LANES] = to - from;
      return sha256(littleEndian(sum)).slice(0, FINGERPRINT_BYTES);
    },
    boundAt(rank) {
      if (rank >= size) return END;
      const next = item(rank);
      if (rank === 0) return { at: next.at, hash: NOTHING };
      const last = item(rank - 1);
      if (last.at < next.at) return { at: next.at, hash: NOTHING };
      let same = 0;
      while (last.hash[same] === next.hash[same]) same++;
      return { at: next.at, hash: next.hash.slice(0, same + 1) };
    },
  };
}

/** Negative, zero or positive, as `a` lies before, at or behind `b`. */
export function compareBounds(a: Bound, b: Bound): number {
  if (a.at !== b.at) return a.at - b.at;
  for (let index = 0; index < HASH_BYTES; index++) {
    const difference = (a.hash[index] ?? 0) - (b.hash[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const hashOf = (leaf: Leaf, place: number): Uint8Array =>
  leaf.hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);

function isBefore(leaf: Leaf, place: number, bound: Bound): boolean {
  const time = leaf.times[place] as number;
  if (time !== bound.at) return time < bound.at;
  const offset = place * HASH_BYTES;
  for (let index = 0; index < HASH_BYTES; index++) {
    const difference = (leaf.hashes[offset + index] as number) - (bound.hash[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function placeIn(leaf: Leaf, bound: Bound): number {
  let low = 0;
  let high = leaf.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(leaf, middle, bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function holds(leaf: Leaf, place: number, time: number, hash: Uint8Array): boolean {
  if (place >= leaf.count || leaf.times[place] !== time) return false;
  const offset = place * HASH_BYTES;
  for (let index = 0; index < HASH_BYTES; index++)
    if (leaf.hashes[offset + index] !== hash[index]) return false;
  return true;
}

/** Moves the second half of a full leaf into a new one; nothing where the new pair goes to the end: lists are filled in order. */
function split(leaf: Leaf, place: number): Leaf {
  const next = emptyLeaf();
  if (place === LEAF) return next;
  const half = LEAF >> 1;
  next.times.set(leaf.times.subarray(half));
  next.hashes.set(leaf.hashes.subarray(half * HASH_BYTES));
  next.count = LEAF - half;
  leaf.count = half;
  leaf.sum = undefined;
  return next;
}

function insert(leaf: Leaf, place: number, time: number, hash: Uint8Array): void {
  leaf.times.copyWithin(place + 1, place, leaf.count);
  leaf.hashes.copyWithin((place + 1) * HASH_BYTES, place * HASH_BYTES, leaf.count * HASH_BYTES);
  leaf.times[place] = time;
  leaf.hashes.set(hash, place * HASH_BYTES);
  leaf.count++;
  leaf.sum = undefined;
}

function cut(leaf: Leaf, place: number): void {
  leaf.times.copyWithin(place, place + 1, leaf.count);
  leaf.hashes.copyWithin(place * HASH_BYTES, (place + 1) * HASH_BYTES, leaf.count * HASH_BYTES);
  leaf.count--;
  leaf.sum = undefined;
}

function sumOf(leaf: Leaf, first: number, end: number): Uint32Array {
  const sum = new Uint32Array(LANES);
  const { buffer } = leaf.hashes;
  const view = new DataView(buffer, leaf.hashes.byteOffset);
  for (let place = first; place < end; place++) {
    let carry = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const total = (sum[lane] as number) + view.getUint32(place * HASH_BYTES + lane * 4, true) + carry;
      sum[lane] = total;
      carry = total > 0xffff_ffff ? 1 : 0;
    }
  }
  return sum;
}

function addLanes(sum: Uint32Array, other: Uint32Array): void {
  let carry = 0;
  for (let lane = 0; lane < LANES; lane++) {
    const total = (sum[lane] as number) + (other[lane] as number) + carry;
    sum[lane] = total;
    carry = total > 0xffff_ffff ? 1 : 0;
  }
}

function littleEndian(lanes: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(lanes.length * 4);
  const view = new DataView(bytes.buffer);
  lanes.forEach((lane, index) => view.setUint32(index * 4, lane, true));
  return bytes;
}
