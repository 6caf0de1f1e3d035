import { describe, expect, it } from 'vitest';
import {
  createListedRoom,
  MAX_LISTED_BYTES,
  MAX_PROVIDER_BYTES,
} from '#main/features/registry/listed-room.ts';

const MIB = 1 << 20;

describe('room for listed tools', () => {
  it('ends for each provider, and what is replaced or freed is given back', () => {
    const room = createListedRoom(() => true);
    expect(room.take('p', 'p/n/one', 4 * MIB)).toBe(true);
    expect(room.take('p', 'p/n/two', 4 * MIB)).toBe(false);
    expect(room.take('p', 'p/n/one', 3 * MIB)).toBe(true);
    expect(room.take('p', 'p/n/two', 4 * MIB)).toBe(true);
    room.free('p/n/one');
    room.free('p/n/one');
    room.free('p/n/two');
    expect(room.left('p', 'p/n/one')).toBeCloseTo(MAX_PROVIDER_BYTES, -4);
  });

  it('ends for all strangers together, and never for those who concern the operator', () => {
    const room = createListedRoom((provider) => provider === 'friend');
    for (let n = 0; n < MAX_LISTED_BYTES / (4 * MIB); n++) room.take(`p${n}`, `p${n}/n/s`, 4 * MIB);
    expect(room.take('stranger', 'stranger/n/s', 4 * MIB)).toBe(false);
    expect(room.take('friend', 'friend/n/s', 4 * MIB)).toBe(true);
  });

  it('counts entries as well, however small their manifests are', () => {
    const room = createListedRoom(() => true);
    let listed = 0;
    while (room.take('p', `p/n/${listed}`, 1)) listed++;
    expect(listed).toBeLessThan(3000);
  });
});
