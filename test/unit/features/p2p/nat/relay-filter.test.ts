import { expect, it } from 'vitest';
import { createRelayFilter } from '#main/features/p2p/nat/relay-filter.ts';

it('knows relays that were told, and pretends to know all of them where none is wanted', () => {
  const filter = createRelayFilter();
  expect(filter.has('r1')).toBe(false);
  filter.add('r1');
  expect([filter.has('r1'), filter.has('r2')]).toEqual([true, false]);
  filter.close();
  expect(filter.has('r2')).toBe(true);
  filter.open();
  filter.remove('r1');
  expect([filter.has('r1'), filter.has('r2')]).toEqual([false, false]);
});
