import type { equivocationsContract } from '#shared/features/node/equivocations.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

export function answerEquivocations({ after, world }: Memory): Handlers<typeof equivocationsContract> {
  return {
    'providers.equivocations': ({ providerId }) => ({
      items: world.equivocations.filter((item) => providerId === undefined || item.providerId === providerId),
    }),
    'providers.acknowledge': ({ providerId }) => {
      for (const item of world.equivocations) if (item.providerId === providerId) item.seen = true;
      return after({});
    },
  };
}
