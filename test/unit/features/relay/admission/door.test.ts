import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDoor } from '#main/features/relay/admission/door.ts';
import type { Place, Visit } from '#main/features/relay/ports.ts';

const visit = (providerId: string): Visit => ({
  providerId,
  peerId: providerId,
  server: 'files',
  tool: 'read',
  requestBytes: 10,
  manner: {},
});
const used = { responseBytes: 1, failed: false };
const forever = new AbortController().signal;

it('lets so many in, keeps so many waiting and tells the rest to come back', async () => {
  const door = createDoor({ maxRunning: () => 1, maxWaiting: () => 1 });
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
  const door = createDoor({ maxRunning: () => 1, maxWaiting: () => 100 });
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

it('gives the place of a caller who went away to the next one', async () => {
  const door = createDoor({ maxRunning: () => 1, maxWaiting: () => 10 });
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
      const door = createDoor({ maxRunning: () => maxRunning, maxWaiting: () => 5 });
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
        await new Promise(setImmediate);
        expect(inside.length).toBeLessThanOrEqual(maxRunning);
      }
      while (inside.length > 0) {
        inside.pop()?.release(used);
        await new Promise(setImmediate);
      }
      const places = await Promise.all(
        Array.from({ length: maxRunning }, () => door.enter(visit('d'), forever)),
      );
      expect(places).toHaveLength(maxRunning);
    }),
  );
});
