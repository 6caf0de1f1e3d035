import { expect, it } from 'vitest';
import { createMembership } from '#main/node/private-network.ts';
import { networkIdOf } from '#shared/features/p2p/networks.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';

function memoryKeys(first: Record<string, Uint8Array> = {}) {
  const entries = new Map(Object.entries(first));
  return {
    entries,
    get: (name: string) => entries.get(name),
    update(changes: Record<string, Uint8Array | undefined>) {
      for (const [name, value] of Object.entries(changes))
        if (value) entries.set(name, value);
        else entries.delete(name);
    },
  };
}
const key = (byte: number) => new Uint8Array(32).fill(byte);

it('keeps several networks over a restart, and what was left apart from them', () => {
  const keys = memoryKeys();
  const membership = createMembership(keys);
  const { id } = membership.enter({ name: 'Workshop', key: key(1) });
  membership.enter({ name: 'Choir', key: key(2) });
  expect(membership.enter({ name: 'Another name', key: key(1) }).name).toBe('Workshop');
  membership.notePort(id, 23_000);
  membership.leave(id, 1000);
  const again = createMembership(keys);
  expect(again.list().map(({ name }) => name)).toEqual(['Choir']);
  expect(again.left()).toMatchObject([{ id, leftAt: 1000, port: 23_000 }]);
  expect(again.rejoin(id)).toMatchObject({ name: 'Workshop' });
  expect(createMembership(keys).list()).toHaveLength(2);
});

it('moves the one network of an earlier version, and says so before it does', () => {
  const keys = memoryKeys({ 'p2p/network': encodeCbor({ name: 'Workshop', key: key(1) }) });
  const told: string[] = [];
  const membership = createMembership(keys, { onMigrated: (id) => told.push(id) });
  expect(told).toEqual([networkIdOf(key(1))]);
  expect(membership.list()).toMatchObject([{ name: 'Workshop', id: networkIdOf(key(1)) }]);
  expect(keys.entries.has('p2p/network')).toBe(false);
});

it('has room for eight, and refuses keys that make no sense', () => {
  const membership = createMembership(memoryKeys());
  for (let index = 0; index < 8; index++) membership.enter({ name: `n${index}`, key: key(index) });
  expect(() => membership.enter({ name: 'ninth', key: key(99) })).toThrow(/as many/);
  const broken = memoryKeys({ 'p2p/networks': encodeCbor([{ name: 'x' }]) });
  expect(() => createMembership(broken)).toThrow(/cannot be read/);
});
