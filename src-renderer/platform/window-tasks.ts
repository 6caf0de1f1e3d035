/** What this window itself is waiting for: commands that take longer than a moment and outlive the page they began on. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Fault } from './faults.ts';
import { storeContext } from './store-context.ts';

export interface WindowTask {
  id: number;
  title: string;
  startedAt: number;
  /** Present once it failed where nobody was left to be told: it stays until it is dismissed. */
  fault?: Fault;
  cancel(): void;
}

export interface WindowTasks {
  items: readonly WindowTask[];
  begin(title: string, cancel: () => void): number;
  /** @param fault is kept for the person to read. */
  end(id: number, fault?: Fault): void;
  dismiss(): void;
}

/** More than these nobody has begun by hand; the oldest that ended goes first. */
const MOST_TASKS = 20;

export function createWindowTasks(clock: Clock): StoreApi<WindowTasks> {
  let lastId = 0;
  return createStore<WindowTasks>((set) => ({
    items: [],
    begin(title, cancel) {
      const task = { id: ++lastId, title, startedAt: clock.now(), cancel };
      set(({ items }) => ({ items: [...items, task].slice(-MOST_TASKS) }));
      return task.id;
    },
    end: (id, fault) =>
      set(({ items }) => ({
        items: items.flatMap((task) => (task.id !== id ? [task] : fault ? [{ ...task, fault }] : [])),
      })),
    dismiss: () => set(({ items }) => ({ items: items.filter((task) => !task.fault) })),
  }));
}

export const {
  Provider: WindowTasksProvider,
  useSlice: useWindowTasks,
  useApi: useWindowTasksApi,
} = storeContext<WindowTasks>('window tasks');
