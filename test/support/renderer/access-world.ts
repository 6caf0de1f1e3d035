/** The busy world of a generous operator: hundreds of permissions, requests of strangers, a tool that can be asked for. */
import { providerIdOf } from '#shared/kernel/ids.ts';
import { ANNA, busyWorld, type World } from './world.ts';

const DAY_MS = 86_400_000;
const providerAt = (index: number) => providerIdOf(new Uint8Array(32).fill(index + 1));

/** @param count grants beside those of the busy world. */
export const generousWorld =
  (count = 250) =>
  (now: number): World => {
    const world = busyWorld(now);
    world.shares.push({ server: 'filesystem', audience: { kind: 'known' }, sharedAt: now - 3 * DAY_MS });
    for (let index = 0; index < count; index++)
      world.grants.made.push({
        id: `${index}`.padStart(64, 'f'),
        to: providerAt(index),
        toName: `Provider ${index}`,
        server: index % 2 === 0 ? 'everything' : 'filesystem',
        note: '',
        issuedAt: now - DAY_MS,
        expiresAt: now + (1 + (index % 40)) * DAY_MS,
        used: index,
        state: 'active',
      });
    for (const { view } of world.tools) if (view.providerId === ANNA) view.ask = true;
    world.calls.unshift({
      id: 'call-refused',
      direction: 'outgoing',
      startedAt: now - 60_000,
      durationMs: 31,
      outcome: 'error',
      code: 'access.not_granted',
      method: 'tools/call',
      server: 'weather',
      tool: 'forecast',
      providerId: ANNA,
      requestBytes: 120,
      responseBytes: 0,
    });
    return world;
  };
