import { expect, it } from 'vitest';
import { createMasks, MASK_LIFE_MS, MAX_MASKS, type MaskKeys } from '#main/features/relay/masks/masks.ts';
import type { Network } from '#main/features/p2p/index.ts';
import { createVerify } from '#main/platform/crypto.ts';
import { systemRandom } from '#main/platform/random.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import {
  wantsFreshIdentity,
  withFreshIdentity,
  withoutIdentityWish,
} from '#shared/features/relay/masking.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

function scene() {
  const clock = createVirtualClock();
  const opened: MaskKeys[] = [];
  let running = 0;
  const open = (keys: MaskKeys) => {
    opened.push(keys);
    return { start: async () => void running++, stop: async () => void running-- } as unknown as Network;
  };
  return { clock, masks: createMasks({ clock, open, random: systemRandom }), opened, running: () => running };
}

it('one mask for each provider, of keys that certify each other and nothing else', async () => {
  const { clock, masks, opened } = scene();
  const [one, again, other] = await Promise.all([masks.of('a'), masks.of('a'), masks.of('b')]);
  expect(one).toBe(again);
  expect(other.self.peerId).not.toBe(one.self.peerId);
  const verify = createVerify();
  const verified = opened.map(({ certificate }) =>
    verifyCertificate(certificate, { now: clock.now(), verify }),
  );
  expect(verified.map((one) => one.ok && one.value.label)).toEqual(['', '']);
  expect(new Set(verified.map((one) => one.ok && one.value.providerId)).size).toBe(2);
});

it('a mask is another one after an hour, and none is kept that is not used', async () => {
  const { clock, masks, running } = scene();
  const first = await masks.of('a');
  for (let minutes = 0; minutes < 60; minutes += 5) {
    await clock.advance(5 * 60_000);
    if (clock.monotonic() < MASK_LIFE_MS) expect(await masks.of('a')).toBe(first);
  }
  await clock.advance(1);
  expect(await masks.of('a')).not.toBe(first);
  await clock.advance(11 * 60_000);
  expect(running()).toBe(0);
});

it('there are only so many, and none after the end', async () => {
  const { masks, running } = scene();
  for (let index = 0; index < MAX_MASKS + 3; index++) await masks.of(`p${index}`);
  await new Promise(setImmediate);
  expect(running()).toBe(MAX_MASKS);
  await masks.close();
  expect(running()).toBe(0);
});

it('the wish to be unknown is read, and taken out before the call leaves', () => {
  const plain = { name: 'echo', _meta: { progressToken: 1 } };
  expect(wantsFreshIdentity(plain)).toBe(false);
  expect(wantsFreshIdentity(withFreshIdentity(plain))).toBe(true);
  expect(withoutIdentityWish(withFreshIdentity(plain))).toEqual(plain);
  expect(withoutIdentityWish(withFreshIdentity({ name: 'echo' }))).toEqual({ name: 'echo' });
});
