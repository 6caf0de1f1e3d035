import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '#shared/features/node/tasks.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { news } from '../rules.ts';
import { useTaskTitle } from './title.ts';

/** Screen readers are told at most this often; what happens meanwhile is told together. */
const SAY_MS = 4000;

/** A sentence on what began and ended since the last one. */
export function useTaskNews(tasks: readonly TaskView[]): string {
  const { t } = useTranslation('tasks');
  const { clock } = useNodeLink();
  const format = useFormats();
  const titleOf = useTaskTitle();
  const [said, setSaid] = useState('');
  const known = useRef<readonly TaskView[]>([]);
  const lastAt = useRef(-SAY_MS);
  useEffect(() => {
    const say = () => {
      const fresh = news(known.current, tasks);
      known.current = tasks;
      if (fresh.length === 0) return;
      lastAt.current = clock.monotonic();
      setSaid(format.list(fresh.map((task) => t(`news.${task.state}`, { what: titleOf(task) }))));
    };
    const timer = clock.after(Math.max(0, lastAt.current + SAY_MS - clock.monotonic()), say);
    return () => timer.cancel();
  }, [tasks, clock, format, t, titleOf]);
  return said;
}
