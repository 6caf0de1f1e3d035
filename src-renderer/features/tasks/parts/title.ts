import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '#shared/features/node/tasks.ts';
import { isKnownKind, taskKinds } from '../rules.ts';

/** What a task does, in words, with what it is about. */
export function useTaskTitle(): (task: Pick<TaskView, 'kind' | 'subject'>) => string {
  const { t } = useTranslation('tasks');
  return useCallback(
    ({ kind, subject }) => {
      const what = isKnownKind(kind) ? t(`kind.${taskKinds[kind]}`) : kind;
      return subject === undefined ? what : t('about', { what, subject });
    },
    [t],
  );
}
