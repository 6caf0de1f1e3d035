import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { InstalledPackage } from '#shared/features/packages/views.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Stack } from '../../../ui/page.tsx';
import { addressOfReview } from '../address.ts';
import styles from '../packages.module.css';
import { visible, withUpdate } from '../rules.ts';
import { useCheck } from '../use-packages.ts';

/** What is newer than what is installed, and what would change. */
export function Updates({ items }: { items: readonly InstalledPackage[] }) {
  const { t } = useTranslation('packages');
  const check = useCheck(t('updates.checking'));
  const found = withUpdate(items);
  const button = (
    <Button icon={RefreshCw} command={check} onPress={() => void check.run()}>
      {t('updates.check')}
    </Button>
  );
  if (found.length === 0)
    return (
      <>
        <EmptyState picture="search" title={t('updates.none.title')} action={button}>
          {t('updates.none.words')}
        </EmptyState>
        <FaultNote fault={check.fault} />
      </>
    );
  return (
    <Stack>
      <div className={styles['ends']}>
        <p className={styles['soft']}>{t('updates.words')}</p>
        {button}
      </div>
      <FaultNote fault={check.fault} />
      <List label={t('tab.updates')}>
        {found.map((item) => (
          <UpdateRow key={item.id} item={item} />
        ))}
      </List>
    </Stack>
  );
}

function UpdateRow({ item }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const { update } = item;
  if (!update) return null;
  return (
    <ListRow
      title={<bdi>{visible(item.title)}</bdi>}
      sub={t('updates.fromTo', { from: item.version, to: update.version })}
      states={
        <>
          {update.wider && <Badge tone="warn">{t('updates.wider')}</Badge>}
          {update.major && <Badge tone="info">{t('updates.major')}</Badge>}
        </>
      }
      actions={
        <Button
          look="primary"
          size="small"
          aria-label={t('updates.reviewThis', { name: visible(item.title) })}
          onPress={() => go(addressOfReview(update.release))}
        >
          {t('updates.review')}
        </Button>
      }
    />
  );
}
