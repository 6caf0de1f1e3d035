import type { accessContract } from '#shared/features/access/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Memory } from './memory.ts';

export function answerAccess(memory: Memory): Handlers<typeof accessContract> {
  const { world, clock, after, serverOf } = memory;
  return {
    'access.shares': () => ({ items: world.shares }),
    'servers.share': ({ name, audience, category, confirmed, networks, overrides, tools }) => {
      serverOf(name);
      if (audience.kind === 'everyone' && !confirmed) {
        throw new AppError(
          'access.confirm_everyone',
          'This server can change things or read files, and everyone includes strangers.',
          {
            advice: 'Share it with certain providers instead, or confirm.',
          },
        );
      }
      const share = {
        server: name,
        audience,
        sharedAt: clock.now(),
        ...(tools ? { tools } : {}),
        ...(overrides ? { overrides } : {}),
        ...(category ? { category } : {}),
        ...(networks ? { networks } : {}),
      };
      world.shares = [...world.shares.filter((item) => item.server !== name), share];
      return after(share);
    },
    'servers.unshare': ({ name }) => {
      world.shares = world.shares.filter((item) => item.server !== name);
      return after({});
    },
  };
}
