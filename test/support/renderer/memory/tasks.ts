import type { tasksContract } from '#shared/features/node/tasks.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

export function answerTasks({ after, live, world }: Memory): Handlers<typeof tasksContract> {
  return {
    'tasks.watch': (_, { signal }) => live.follow(() => ({ items: world.tasks }), signal),
    'tasks.cancel': ({ id }) => {
      world.tasks = world.tasks.map((task) =>
        task.id === id
          ? { ...task, state: 'cancelled', endedAt: task.startedAt + 1, cancellable: false }
          : task,
      );
      return after({});
    },
    'tasks.dismiss': ({ id }) => {
      world.tasks = world.tasks.filter(
        (task) => task.endedAt === undefined || (id !== undefined && task.id !== id),
      );
      return after({});
    },
  };
}
