import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TaskState, TaskView } from '#shared/features/node/tasks.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import type { WindowTask } from '../../../platform/window-tasks.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { isUnderway, measure } from '../rules.ts';
import { useTasks } from '../store.ts';
import { useTaskTitle } from './title.ts';
import styles from './tray.module.css';

const tones: Record<TaskState, Tone> = {
  queued: 'waiting',
  active: 'busy',
  stalled: 'warn',
  verifying: 'busy',
  done: 'ok',
  failed: 'bad',
  cancelled: 'off',
};
const NO_SAMPLES: readonly never[] = [];

export function TaskRow({ task }: { task: TaskView }) {
  const { t } = useTranslation('tasks');
  const titleOf = useTaskTitle();
  const node = useNode();
  const title = titleOf(task);
  const cancel = useCommand((signal) => node['tasks.cancel']({ id: task.id }, { signal }));
  const dismiss = useCommand((signal) => node['tasks.dismiss']({ id: task.id }, { signal }));
  const command = isUnderway(task) ? cancel : dismiss;
  return (
    <li className={styles['row']}>
      <div className={styles['head']}>
        <span className={styles['name']} dir="auto">
          {title}
        </span>
        <Badge tone={tones[task.state]} plain>
          {t(`state.${task.state}`)}
        </Badge>
        {isUnderway(task) ? (
          task.cancellable && (
            <Button
              size="small"
              aria-label={t('cancelThis', { what: title })}
              command={cancel}
              onPress={() => void cancel.run()}
            >
              {t('cancel')}
            </Button>
          )
        ) : (
          <IconButton
            icon={X}
            label={t('dismiss', { what: title })}
            isPending={dismiss.pending}
            onPress={() => void dismiss.run()}
          />
        )}
      </div>
      {isUnderway(task) && <Progress task={task} title={title} />}
      {task.fault && <FaultNote fault={{ ...task.fault, retryable: false }} />}
      {command.fault && <FaultNote fault={command.fault} />}
    </li>
  );
}

function Progress({ task, title }: { task: TaskView; title: string }) {
  const { t } = useTranslation('tasks');
  const format = useFormats();
  const samples = useTasks((state) => state.samples.get(task.id) ?? NO_SAMPLES);
  const { part, rate, leftMs } = measure(task, samples);
  const amount = (value: number) =>
    task.unit === 'bytes' ? format.bytes(value) : format.number(Math.round(value));
  const words = [
    task.done !== undefined &&
      (task.total === undefined
        ? amount(task.done)
        : t('progress', { done: amount(task.done), total: amount(task.total) })),
    rate !== undefined && rate > 0 && t('rate', { amount: amount(rate) }),
    leftMs !== undefined && t('left', { time: format.duration(roundedLeft(leftMs)) }),
  ].filter((text) => text !== false);
  return (
    <>
      <ProgressBar
        label={title}
        valueText={words.join(' · ')}
        {...(part === undefined ? {} : { value: part * 100 })}
      />
      {words.length > 0 && <p className={styles['words']}>{words.join(' · ')}</p>}
    </>
  );
}

/** Whole seconds, and tens of them beyond a minute: more would only flicker. */
const roundedLeft = (ms: number): number => {
  const step = ms < 60_000 ? 1000 : 10_000;
  return Math.max(1000, Math.ceil(ms / step) * step);
};

/** A command of this window. */
export function WindowTaskRow({ task }: { task: WindowTask }) {
  const { t } = useTranslation('tasks');
  return (
    <li className={styles['row']}>
      <div className={styles['head']}>
        <span className={styles['name']} dir="auto">
          {task.title}
        </span>
        <Badge tone={task.fault ? 'bad' : 'busy'} plain>
          {t(task.fault ? 'state.failed' : 'state.active')}
        </Badge>
        {!task.fault && (
          <Button size="small" aria-label={t('cancelThis', { what: task.title })} onPress={task.cancel}>
            {t('cancel')}
          </Button>
        )}
      </div>
      {task.fault ? <FaultNote fault={task.fault} /> : <ProgressBar label={task.title} />}
    </li>
  );
}
