import type { accessContract } from '#shared/features/access/contract.ts';
import { type limitsContract, scopeName } from '#shared/features/access/limits.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Memory } from './memory.ts';

export function answerAccess(memory: Memory): Handlers<typeof accessContract & typeof limitsContract> {
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
    'access.limits': () => ({ items: world.limits }),
    'access.setLimit'(limit) {
      const name = scopeName(limit.scope);
      const { scope: _scope, ...numbers } = limit;
      world.limits = world.limits.filter(({ scope }) => scopeName(scope) !== name);
      if (Object.values(numbers).some((number) => number !== undefined)) world.limits.push(limit);
      return after({ items: world.limits });
    },
    'servers.unshare': ({ name }) => {
      world.shares = world.shares.filter((item) => item.server !== name);
      return after({});
    },
  };
}
