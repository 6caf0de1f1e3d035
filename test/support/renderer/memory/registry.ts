import type { registryContract } from '#shared/features/registry/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { statusOf } from '../views.ts';
import type { Memory } from './memory.ts';

export function answerRegistry(memory: Memory): Handlers<typeof registryContract> {
  const { world, live, revision, after, toolOf } = memory;
  return {
    'tools.list': () => ({ items: world.tools.map(({ view }) => view) }),
    'tools.search': ({ text }) => ({
      items: world.tools.map(({ view }) => view).filter((view) => view.name.includes(text)),
    }),
    'tools.show': ({ id }) => {
      const { view, tool, diff } = toolOf(id);
      return { ...view, tool, ...(diff ? { diff } : {}) };
    },
    'tools.approve': ({ id }) => {
      const known = toolOf(id);
      Object.assign(known.view, {
        state: 'approved',
        catalogName: `${known.view.server}_${known.view.name}`,
      });
      delete known.diff;
      return after(known.view);
    },
    'tools.reject': ({ id }) => {
      const { view } = toolOf(id);
      view.state = 'rejected';
      delete view.catalogName;
      return after(view);
    },
    'tools.alias': ({ id, alias }) => {
      const { view } = toolOf(id);
      if (alias) view.alias = alias;
      else delete view.alias;
      return after(view);
    },
    'tools.watch': (_, { signal }) =>
      live.follow(() => ({ revision: revision(), ...statusOf(world).tools }), signal),
  };
}
