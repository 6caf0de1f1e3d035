import { useTranslation } from 'react-i18next';
import type { ClientFile } from '#shared/features/clients/files.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useClientFiles } from '../use-clients.ts';
import { ClientRow } from './client-row.tsx';
import styles from './client-row.module.css';

export interface ClientListProps {
  onProved?: ((client: string) => void) | undefined;
}

/** The AI clients of this machine: those that are installed, and behind a line the others that are known. */
export function ClientList({ onProved }: ClientListProps) {
  const { t } = useTranslation('clients');
  const { data, fault, reload } = useClientFiles();
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('list.reading')} />;
  const installed = data.items.filter((file) => file.installed);
  const others = data.items.filter((file) => !file.installed);
  const rows = (files: readonly ClientFile[], label: string) => (
    <ul className={styles['rows']} aria-label={label}>
      {files.map((file) => (
        <ClientRow key={file.id} file={file} onChanged={reload} onProved={onProved} />
      ))}
    </ul>
  );
  return (
    <Stack>
      {installed.length > 0 ? (
        rows(installed, t('list.title'))
      ) : (
        <EmptyState
          picture="peers"
          title={t('list.none')}
          action={<Button onPress={reload}>{t('list.again')}</Button>}
        >
          {t('list.noneWords')}
        </EmptyState>
      )}
      {others.length > 0 && (
        <details className={styles['others']}>
          <summary>{t('list.others', { count: others.length })}</summary>
          {rows(others, t('list.others', { count: others.length }))}
        </details>
      )}
    </Stack>
  );
}
