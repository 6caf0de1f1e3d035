import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { addressOfTab } from '../address.ts';
import styles from '../packages.module.css';
import { PublishDialog } from './publish-dialog.tsx';
import { PublishedCard } from './published-card.tsx';
import { Transfers } from './transfers.tsx';

/** What this node gives to others. */
export function Published({ publishing }: { publishing: boolean }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const { data, fault, reload } = useQuery((node, signal) => node['packages.published']({}, { signal }), []);
  const publish = (
    <Button look="primary" icon={Plus} onPress={() => go('/packages/published/publish')}>
      {t('publish.open')}
    </Button>
  );
  return (
    <Stack>
      <FaultNote fault={fault} />
      {!data && !fault && <Loading label={t('reading')} />}
      {data?.items.length === 0 && (
        <EmptyState picture="tools" title={t('published.empty.title')} action={publish}>
          {t('published.empty.words')}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <>
          <div className={styles['ends']}>
            <p className={styles['soft']}>{t('published.words')}</p>
            {publish}
          </div>
          {data.items.map((item) => (
            <PublishedCard key={item.id} item={item} onChanged={reload} />
          ))}
          <Transfers direction="seed" />
        </>
      )}
      <PublishDialog isOpen={publishing} onPublished={reload} onClose={() => go(addressOfTab('published'))} />
    </Stack>
  );
}
