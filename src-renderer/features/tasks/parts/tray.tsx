import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useWindowTasks } from '../../../platform/window-tasks.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { isUnderway, summarize } from '../rules.ts';
import { useTasks } from '../store.ts';
import { useTaskNews } from './news.ts';
import { TaskRow, WindowTaskRow } from './task-row.tsx';
import styles from './tray.module.css';

/** At the bottom of the window while something takes long: one line, or the list of it all. */
export function TaskTray() {
  const { t } = useTranslation('tasks');
  const tasks = useTasks((state) => state.items);
  const own = useWindowTasks((state) => state.items);
  const [open, setOpen] = useState(false);
  const tray = useRef<HTMLElement>(null);
  const said = useTaskNews(tasks);
  const closeOnEscape = useEffectEvent((event: KeyboardEvent) => {
    if (!open || event.key !== 'Escape') return;
    setOpen(false);
    tray.current?.querySelector('button')?.focus();
  });
  useEffect(() => {
    const element = tray.current;
    const listen = (event: KeyboardEvent) => closeOnEscape(event);
    element?.addEventListener('keydown', listen);
    return () => element?.removeEventListener('keydown', listen);
  }, []);
  return (
    <section className={styles['tray']} aria-label={t('title')} ref={tray}>
      <div className={styles['bar']}>
        <Summary />
        <IconButton
          icon={open ? ChevronDown : ChevronUp}
          label={open ? t('collapse') : t('expand')}
          aria-expanded={open}
          onPress={() => setOpen(!open)}
        />
      </div>
      {open && (
        <div className={styles['list']}>
          <ul aria-label={t('title')}>
            {own.map((task) => (
              <WindowTaskRow key={task.id} task={task} />
            ))}
            {tasks.map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
          <Tidy onDone={() => setOpen(false)} />
        </div>
      )}
      <p role="status" className="visually-hidden">
        {said}
      </p>
    </section>
  );
}

function Summary() {
  const { t } = useTranslation('tasks');
  const format = useFormats();
  const tasks = useTasks((state) => state.items);
  const own = useWindowTasks((state) => state.items);
  const { underway, failed, part } = summarize(tasks);
  const running = underway + own.filter((task) => !task.fault).length;
  const broken = failed + own.filter((task) => task.fault).length;
  const words = [
    running > 0 && t('underway', { count: running }),
    broken > 0 && t('failed', { count: broken }),
    running === 0 && broken === 0 && t('allDone'),
  ].filter((text) => text !== false);
  const text = format.list(words);
  return (
    <div className={styles['summary']}>
      <span>{text}</span>
      {running > 0 && (
        <div className={styles['whole']}>
          <ProgressBar label={text} {...(part === undefined ? {} : { value: part * 100 })} />
        </div>
      )}
    </div>
  );
}

/** Forgets what has ended. */
function Tidy({ onDone }: { onDone(): void }) {
  const { t } = useTranslation('tasks');
  const node = useNode();
  const tasks = useTasks((state) => state.items);
  const dismissOwn = useWindowTasks((state) => state.dismiss);
  const tidy = useCommand(async (signal) => {
    dismissOwn();
    await node['tasks.dismiss']({}, { signal });
    if (!tasks.some(isUnderway)) onDone();
  });
  if (tasks.every(isUnderway)) return null;
  return (
    <div className={styles['tidy']}>
      <FaultNote fault={tidy.fault} />
      <Button size="small" command={tidy} onPress={() => void tidy.run()}>
        {t('dismissAll')}
      </Button>
    </div>
  );
}
