import { expect, it } from 'vitest';
import { createRedialler } from '#main/features/p2p/redial.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

function setUp(outcome: (target: string, attempt: number) => Promise<unknown>) {
  const clock = createVirtualClock(0);
  const attempts: Array<{ target: string; at: number }> = [];
  const redialler = createRedialler({
    clock,
    random: createSeededRandom('redial'),
    dial(target) {
      attempts.push({ target, at: clock.monotonic() });
      return outcome(target, attempts.length);
    },
  });
  return { clock, attempts, redialler };
}

const away = () => Promise.reject(p2pError('p2p.unreachable'));

it('tries at once, then after half a second, one, two, four … and never less than once in a quarter of an hour', async () => {
  const { clock, attempts, redialler } = setUp(away);
  redialler.pursue('/a', { permanent: true });
  await clock.advance(5_000);
  expect(attempts.length).toBeGreaterThanOrEqual(4);
  await clock.advance(24 * 3_600_000);
  const gaps = attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? 0));
  expect(gaps[0]).toBeGreaterThanOrEqual(400);
  expect(gaps[0]).toBeLessThanOrEqual(600);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(15 * 60_000 * 1.2);
  expect(Math.max(...gaps.slice(0, 30))).toBeLessThanOrEqual(72_000);
});

it('stops when the target is reached', async () => {
  const { clock, attempts, redialler } = setUp((_target, attempt) =>
    attempt < 3 ? away() : Promise.resolve(),
  );
  redialler.lost('/a');
  await clock.advance(600_000);
  expect(attempts).toHaveLength(3);
  redialler.lost('/a');
  await clock.advance(1000);
  expect(attempts).toHaveLength(4);
});

it('does not insist where it is refused on principle, unless it must', async () => {
  const refuse = () => Promise.reject(p2pError('p2p.blocked'));
  const { clock, attempts, redialler } = setUp(refuse);
  redialler.pursue('/passing');
  redialler.pursue('/permanent', { permanent: true });
  await clock.advance(10_000);
  expect(attempts.filter(({ target }) => target === '/passing')).toHaveLength(1);
  expect(attempts.filter(({ target }) => target === '/permanent').length).toBeGreaterThan(3);
});

it('pursues a bounded number of targets, and permanent ones always', async () => {
  const { clock, attempts, redialler } = setUp(away);
  redialler.pursue('/permanent', { permanent: true });
  for (let i = 0; i < 200; i++) redialler.lost(`/peer/${i}`);
  await clock.advance(300_000);
  const late = new Set(attempts.filter(({ at }) => at > 200_000).map(({ target }) => target));
  expect(late.size).toBeLessThanOrEqual(65);
  expect(late).toContain('/permanent');
  redialler.close();
  const before = attempts.length;
  await clock.advance(600_000);
  expect(attempts).toHaveLength(before);
});

it('tries everything within a second when it is hurried, not all in one moment, and slows down anew', async () => {
  const { clock, attempts, redialler } = setUp(away);
  for (let peer = 0; peer < 20; peer++) redialler.pursue(`/peer/${peer}`);
  await clock.advance(3_600_000);
  attempts.length = 0;
  const from = clock.monotonic();
  redialler.hurry();
  await clock.advance(1000);
  expect(new Set(attempts.map(({ target }) => target)).size).toBe(20);
  expect(new Set(attempts.map(({ at }) => Math.floor((at - from) / 100))).size).toBeGreaterThan(5);
  await clock.advance(1000);
  expect(attempts.length).toBeGreaterThan(20);
});
