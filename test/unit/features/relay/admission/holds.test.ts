import { expect, it } from 'vitest';
import { createHolds } from '#main/features/relay/admission/holds.ts';

it('knows nothing of a tool that was never called, and more than the average of one that was', () => {
  const holds = createHolds();
  expect(holds.needed('a')).toBe(0);
  for (let call = 0; call < 100; call++) holds.ended('a', 100);
  expect(holds.needed('a')).toBeGreaterThan(100);
  expect(holds.needed('b')).toBe(0);
});

it('tries a tool again that was slow once, after enough calls were refused for it', () => {
  const holds = createHolds();
  holds.ended('a', 60_000);
  for (let refusal = 0; refusal < 10_000; refusal++) holds.doubt('a');
  expect(holds.needed('a')).toBeLessThan(100);
});

it('forgets the tools that ended longest ago', () => {
  const holds = createHolds();
  for (let tool = 0; tool <= 1_000; tool++) holds.ended(String(tool), 10);
  expect(holds.needed('0')).toBe(0);
  expect(holds.needed('1000')).toBeGreaterThan(0);
});
