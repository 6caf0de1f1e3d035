/** Work that takes a while: a tray at the bottom of every page, which arrives when there is something in it. */
import { lazy } from 'react';

export { createTasksFeature, TasksProvider, useTasks } from './store.ts';

export const TaskTray = lazy(async () => ({ default: (await import('./parts/tray.tsx')).TaskTray }));
