/** Messages that are nearly right: of every valid one a thousand wrong ones, by bytes and by meaning. */
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { Dice } from './dice.ts';

export type Mutate = (valid: Uint8Array) => Uint8Array;

const ODD_VALUES: readonly CborValue[] = [
  null,
  true,
  -1,
  0,
  2 ** 53 - 1,
  2n ** 64n - 1n,
  -(2n ** 63n),
  '',
  'x'.repeat(5000),
  '../../../etc/passwd',
  '__proto__',
  '\u202eevil\u0000',
  new Uint8Array(0),
  new Uint8Array(32),
  new Uint8Array(5000),
  [],
  {},
  [[[[[[[[]]]]]]]],
  Array.from({ length: 2000 }, () => 0),
];

/** @param others valid messages of any kind, parts of which turn up where they do not belong. */
export function createMutations(dice: Dice, others: () => readonly Uint8Array[]): Mutate {
  const someByte = () => dice.below(256);

  const byBytes: Mutate[] = [
    (bytes) => edited(bytes, (copy) => (copy[dice.below(copy.length)] = someByte())),
    (bytes) =>
      edited(bytes, (copy) => {
        for (let n = 1 + dice.below(8); n > 0; n--) {
          const at = dice.below(copy.length);
          copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
        }
      }),
    (bytes) => bytes.slice(0, dice.below(bytes.length + 1)),
    (bytes) => bytes.slice(dice.below(bytes.length + 1)),
    (bytes) => Uint8Array.of(...bytes, ...dice.bytes(1 + dice.below(64))),
    (bytes) => {
      const at = dice.below(bytes.length + 1);
      return Uint8Array.of(...bytes.slice(0, at), ...dice.bytes(1 + dice.below(16)), ...bytes.slice(at));
    },
    (bytes) => {
      const [from, to] = [dice.below(bytes.length + 1), dice.below(bytes.length + 1)];
      return Uint8Array.of(...bytes.slice(0, Math.max(from, to)), ...bytes.slice(Math.min(from, to)));
    },
    (bytes) => {
      const other = dice.pick(others());
      return Uint8Array.of(
        ...bytes.slice(0, dice.below(bytes.length + 1)),
        ...other.slice(dice.below(other.length + 1)),
      );
    },
    () => dice.bytes(dice.below(400)),
    () => dice.pick(others()),
  ];

  function byMeaning(bytes: Uint8Array): Uint8Array | undefined {
    try {
      return encodeCbor(altered(decodeCbor(bytes), 0));
    } catch {
      // Not CBOR, or nothing that has an encoding came of it: then by bytes.
      return undefined;
    }
  }

  function altered(value: CborValue, depth: number): CborValue {
    if (depth > 0 && dice.float() < 0.15) return dice.pick(ODD_VALUES);
    if (value instanceof Uint8Array) {
      const inner = dice.float() < 0.5 ? byMeaning(value) : undefined;
      return inner ?? (dice.float() < 0.3 ? dice.pick(byBytes)(value) : value);
    }
    if (Array.isArray(value)) {
      const items = value.map((item) => (dice.float() < 0.4 ? altered(item, depth + 1) : item));
      if (dice.float() < 0.2) items.push(dice.pick(ODD_VALUES));
      if (dice.float() < 0.2) items.shift();
      return items;
    }
    if (typeof value === 'object' && value !== null) return alteredMap(value, depth);
    if (typeof value === 'number' && dice.float() < 0.5) return Math.max(0, value + dice.below(3) - 1);
    return dice.float() < 0.3 ? dice.pick(ODD_VALUES) : value;
  }

  function alteredMap(map: { [key: string]: CborValue }, depth: number): CborValue {
    const entries = Object.entries(map).flatMap(([key, value]): Array<[string, CborValue]> => {
      if (dice.float() < 0.08) return [];
      return [[key, dice.float() < 0.4 ? altered(value, depth + 1) : value]];
    });
    if (dice.float() < 0.1) entries.push(['unheard-of', dice.pick(ODD_VALUES)]);
    return Object.fromEntries(entries);
  }

  return (valid) => {
    const meant = dice.float() < 0.5 ? byMeaning(valid) : undefined;
    return meant ?? (valid.length === 0 ? dice.bytes(dice.below(64)) : dice.pick(byBytes)(valid));
  };
}

function edited(bytes: Uint8Array, edit: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  edit(copy);
  return copy;
}
