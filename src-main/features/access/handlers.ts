import type { limitsContract } from '#shared/features/access/limits.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Access } from './index.ts';

/** Serves what limits others. */
export const createLimitHandlers = ({ limits }: Pick<Access, 'limits'>): Handlers<typeof limitsContract> => ({
  'access.limits': () => ({ items: limits.list() }),
  'access.setLimit'(limit) {
    limits.set(limit);
    return { items: limits.list() };
  },
});
