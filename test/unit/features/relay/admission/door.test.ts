import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDoor, type DoorOptions } from '#main/features/relay/admission/door.ts';
import type { Place, Visit } from '#main/features/relay/ports.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { Manner } from '#shared/features/relay/manner.ts';

const visit = (providerId: string, manner: Manner = {}, tool = 'read'): Visit => ({
  providerId,
  peerId: providerId,
  server: 'files',
  tool,
  requestBytes: 10,
  manner,
});
const used = { responseBytes: 1, failed: false };
const forever = new AbortController().signal;

function setUp(
  maxRunning: number,
  maxWaiting: number,
  limits: ScopedLimit[] = [],
  isKnown?: DoorOptions['isKnown'],
) {
  let now = 0;
  const options: DoorOptions = {
    maxRunning: () => maxRunning,
    maxWaiting: () => maxWaiting,
    limitsOf: ({ providerId, tool }) =>
      limits.filter(
        ({ scope }) =>
          scope.kind === 'all' ||
          scope.kind === 'each' ||
          (scope.kind === 'provider' && scope.provider === providerId) ||
          (scope.kind === 'tool' && scope.tool === tool),
      ),
  };
  const door = createDoor(
    { clock: { monotonic: () => now } },
    { ...options, ...(isKnown ? { isKnown } : {}) },
  );
  return { door, later: (ms: number) => void (now += ms) };
}
/** Lets everything that can go on go on. */
const settled = () => new Promise(setImmediate);

it('lets so many in, keeps so many waiting and tells the rest to come back', async () => {
  const { door } = setUp(1, 1);
  const first = await door.enter(visit('a'), forever);
  const second = door.enter(visit('a'), forever);
  await expect(door.enter(visit('b'), forever)).rejects.toMatchObject({
    code: 'relay.busy',
    details: { retryAfterMs: expect.any(Number) },
  });
  first.release(used);
  (await second).release(used);
});

it('serves providers in turns, however many calls one of them has waiting', async () => {
  const { door } = setUp(1, 100);
  const held = await door.enter(visit('a'), forever);
  const order: string[] = [];
  const enter = async (provider: string) => {
    const place = await door.enter(visit(provider), forever);
    order.push(provider);
    place.release(used);
  };
  const all = [...Array.from({ length: 5 }, () => enter('greedy')), enter('b'), enter('c')];
  held.release(used);
  await Promise.all(all);
  expect(order.slice(0, 3).sort()).toEqual(['b', 'c', 'greedy']);
});

it('keeps room, and the next turn, for those who are known, however many ids strangers make up', async () => {
  const { door } = setUp(1, 8, [], (provider) => provider === 'friend');
  const held = await door.enter(visit('a'), forever);
  const order: string[] = [];
  const enter = async (provider: string) => {
    const place = await door.enter(visit(provider), forever);
    order.push(provider);
    place.release(used);
  };
  const strangers = Array.from({ length: 20 }, (_, id) => enter(`made-up-${id}`).catch(() => 'refused'));
  await settled();
  expect(door.state().waiting).toBe(6);
  const known = [enter('friend'), enter('friend')];
  await settled();
  // A stranger never pushes out who is known, though he waits with one call and the other with two.
  await expect(door.enter(visit('one-more'), forever)).rejects.toMatchObject({ code: 'relay.busy' });
  held.release(used);
  await Promise.all([...known, ...strangers]);
  expect(order.slice(0, 2)).toEqual(['friend', 'friend']);
  expect(order).toHaveLength(8);
});

it('gives the place of a caller who went away to the next one', async () => {
  const { door } = setUp(1, 10);
  const held = await door.enter(visit('a'), forever);
  const gone = new AbortController();
  const left = door.enter(visit('b'), gone.signal);
  const stays = door.enter(visit('b'), forever);
  gone.abort();
  await expect(left).rejects.toMatchObject({ code: 'relay.cancelled' });
  held.release(used);
  (await stays).release(used);
});

it('never lets more in than there are places, and forgets no place', async () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('enter' as const), who: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ do: fc.constantFrom('release' as const, 'leave' as const), which: fc.nat(20) }),
    ),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (maxRunning, actions) => {
      const { door } = setUp(maxRunning, 5);
      const inside: Place[] = [];
      const leaving: AbortController[] = [];
      for (const action of actions) {
        if (action.do === 'enter') {
          const controller = new AbortController();
          leaving.push(controller);
          door.enter(visit(action.who), controller.signal).then(
            (place) => inside.push(place),
            () => undefined,
          );
        } else if (action.do === 'release')
          inside.splice(action.which % Math.max(1, inside.length), 1)[0]?.release(used);
        else leaving[action.which % Math.max(1, leaving.length)]?.abort();
        await settled();
        expect(inside.length).toBeLessThanOrEqual(maxRunning);
      }
      while (inside.length > 0) {
        inside.pop()?.release(used);
        await settled();
      }
      const places = await Promise.all(
        Array.from({ length: maxRunning }, () => door.enter(visit('d'), forever)),
      );
      expect(places).toHaveLength(maxRunning);
    }),
  );
});

it('refuses by the rate that is exceeded, says when to come back, and keeps that word', async () => {
  const { door, later } = setUp(10, 10, [{ scope: { kind: 'each' }, callsPerMinute: 60 }]);
  for (let index = 0; index < 10; index++) (await door.enter(visit('a'), forever)).release(used);
  const refusal = await door.enter(visit('a'), forever).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'relay.rate_limited', retryable: true });
  (await door.enter(visit('b'), forever)).release(used);
  later((refusal as { details: { retryAfterMs: number } }).details.retryAfterMs);
  (await door.enter(visit('a'), forever)).release(used);
});

it('makes who took too many bytes wait until they are paid for', async () => {
  const { door, later } = setUp(10, 10, [{ scope: { kind: 'all' }, kibOutPerMinute: 60 }]);
  (await door.enter(visit('a'), forever)).release({ responseBytes: 70 * 1024, failed: false });
  await expect(door.enter(visit('b'), forever)).rejects.toMatchObject({ code: 'relay.rate_limited' });
  later(61_000);
  (await door.enter(visit('b'), forever)).release(used);
});

it('lets a call of another tool pass those that wait for a tool with few places', async () => {
  const { door } = setUp(10, 10, [{ scope: { kind: 'tool', server: 'files', tool: 'slow' }, concurrent: 1 }]);
  const held = await door.enter(visit('a', {}, 'slow'), forever);
  let waited = true;
  const waits = door.enter(visit('b', {}, 'slow'), forever).then((place) => {
    waited = false;
    return place;
  });
  (await door.enter(visit('c', {}, 'read'), forever)).release(used);
  expect(waited).toBe(true);
  held.release(used);
  (await waits).release(used);
});

it('takes the place of a queue from who fills it most, never from who asks for little', async () => {
  const { door } = setUp(1, 4);
  const held = await door.enter(visit('greedy'), forever);
  const outcomes = Array.from({ length: 4 }, () =>
    door.enter(visit('greedy'), forever).then(
      (place) => place.release(used),
      (error: { code: string }) => error.code,
    ),
  );
  const modest = door.enter(visit('modest'), forever);
  await expect(door.enter(visit('greedy'), forever)).rejects.toMatchObject({ code: 'relay.busy' });
  held.release(used);
  (await modest).release(used);
  expect((await Promise.all(outcomes)).filter((code) => code === 'relay.busy')).toHaveLength(1);
  expect(door.state().refused).toEqual({ rate: 0, full: 1, late: 0, shed: 1 });
});

it('refuses at the door what would not come to its turn in time, and later what did not', async () => {
  const { door, later } = setUp(1, 100);
  for (let index = 0; index < 200; index++) {
    const place = await door.enter(visit('a'), forever);
    later(100);
    place.release(used);
  }
  const held = await door.enter(visit('a'), forever);
  await expect(door.enter(visit('a', { timeLeftMs: 20 }), forever)).rejects.toMatchObject({
    code: 'relay.too_late',
  });
  const late = door.enter(visit('a', { timeLeftMs: 500 }), forever).catch((error: unknown) => error);
  later(1_000);
  held.release(used);
  expect(await late).toMatchObject({ code: 'relay.too_late' });
});

it('serves the urgent first, and the rest all the same', async () => {
  const { door } = setUp(1, 100);
  const held = await door.enter(visit('a'), forever);
  const order: string[] = [];
  const enter = async (priority: 'interactive' | 'bulk', provider: string) => {
    const place = await door.enter(visit(provider, { priority }), forever);
    order.push(priority);
    place.release(used);
  };
  const all = [
    ...Array.from({ length: 4 }, () => enter('bulk', 'a')),
    ...Array.from({ length: 20 }, () => enter('interactive', 'b')),
  ];
  held.release(used);
  await Promise.all(all);
  expect(order.slice(0, 5)).not.toContain('bulk');
  expect(order.slice(0, 20)).toContain('bulk');
});

it('holds a provider to his limit however many others come while his calls wait', async () => {
  const limits: ScopedLimit[] = [{ scope: { kind: 'each' }, concurrent: 1 }];
  const { door } = setUp(2, 100, limits);
  const held = [await door.enter(visit('x'), forever), await door.enter(visit('y'), forever)];
  let inside = 0;
  const enter = async (): Promise<Place> => {
    const place = await door.enter(visit('a'), forever);
    inside++;
    return place;
  };
  const first = enter();
  for (let index = 0; index < 12_000; index++) {
    const once = new AbortController();
    const entering = door.enter(visit(`t${index}`), once.signal).catch(() => undefined);
    once.abort();
    await entering;
  }
  const second = enter();
  for (const place of held) place.release(used);
  await settled();
  expect(inside).toBe(1);
  (await first).release(used);
  (await second).release(used);
});

it('spends no place on a call that could not be answered in the time it has left', async () => {
  const { door, later } = setUp(1, 10);
  const measured = await door.enter(visit('a'), forever);
  later(100);
  measured.release(used);
  const held = await door.enter(visit('a'), forever);
  const soon = door.enter(visit('b', { timeLeftMs: 160 }), forever);
  const patient = door.enter(visit('c', { timeLeftMs: 1_000 }), forever);
  const other = door.enter(visit('d', { timeLeftMs: 160 }, 'never called'), forever);
  later(100);
  held.release(used);
  await expect(soon).rejects.toMatchObject({ code: 'relay.too_late' });
  (await patient).release(used);
  (await other).release(used);
});

it('tells what is used of a limit: places, or whatever rate is used up most', async () => {
  const limit: ScopedLimit = { scope: { kind: 'each' }, concurrent: 4, callsPerMinute: 60 };
  const { door, later } = setUp(10, 10, [limit]);
  expect(door.usedOf(limit)).toEqual({ running: 0, used: 0 });
  const held = await door.enter(visit('a'), forever);
  const other = await door.enter(visit('a'), forever);
  await door.enter(visit('b'), forever);
  expect(door.usedOf(limit)).toEqual({ running: 2, used: 0.5 });
  held.release(used);
  other.release(used);
  // Two of the ten calls that may come at once are not paid for yet.
  expect(door.usedOf(limit).used).toBeCloseTo(0.25);
  later(60_000);
  expect(door.usedOf(limit)).toEqual({ running: 1, used: 0.25 });
});
