import { createStore } from 'zustand/vanilla';
import type { TaskView } from '#shared/features/node/tasks.ts';
import { follow } from '../../platform/follow.ts';
import type { LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';
import { inOrder, type Sample, sample } from './rules.ts';

export interface TasksState {
  /** Bounded by the node’s board. */
  items: readonly TaskView[];
  /** What each task reported lately, for rates. */
  samples: ReadonlyMap<string, readonly Sample[]>;
}

/** Work of the node that takes a while, as it moves. */
export function createTasksFeature(link: NodeLink): LiveFeature<TasksState> {
  const store = createStore<TasksState>(() => ({ items: [], samples: new Map() }));
  const stream = follow(link, {
    open: (node, options) => node['tasks.watch']({}, options),
    onItem({ items }) {
      const now = link.clock.monotonic();
      const before = store.getState().samples;
      const samples = new Map(items.map((task) => [task.id, sample(before.get(task.id) ?? [], task, now)]));
      store.setState({ items: inOrder(items), samples });
    },
  });
  return { store, close: () => stream.close() };
}

const context = storeContext<TasksState>('tasks');
export const TasksProvider = context.Provider;
export const useTasks = context.useSlice;
