import type { nodeContract } from '#shared/features/node/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { statusOf } from '../views.ts';
import type { Memory } from './memory.ts';

export function answerNode(memory: Memory): Handlers<typeof nodeContract> {
  const { world, clock, live } = memory;
  return {
    'node.status': () => statusOf(world),
    'node.watch': (_, { signal }) => live.follow(() => statusOf(world), signal),
    'node.stop': () => ({}),
    'node.openLink': () => ({ url: 'http://127.0.0.1:7421/#t=example' }),
    'api.tokens.list': () => ({ items: [] }),
    'api.tokens.create': ({ name, scope }) => ({
      id: 'token',
      name,
      scope,
      createdAt: clock.now(),
      token: 'example',
    }),
    'api.tokens.revoke': () => ({}),
  };
}
