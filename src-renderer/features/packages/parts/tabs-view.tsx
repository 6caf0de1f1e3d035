import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useFormats } from '../../../platform/formats.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Page } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { addressOfTab, type TabId } from '../address.ts';
import styles from '../packages.module.css';
import { withUpdate } from '../rules.ts';
import { useInstalled } from '../use-packages.ts';
import { Discover } from './discover.tsx';
import { Installed } from './installed.tsx';
import { Published } from './published.tsx';
import { Transfers } from './transfers.tsx';
import { Updates } from './updates.tsx';

export interface TabsViewProps {
  tab: TabId;
  /** Whether the way to publish is open. */
  publishing: boolean;
}

export function TabsView({ publishing, tab }: TabsViewProps) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const { fault, value } = useInstalled();
  const updates = withUpdate(value?.items ?? []).length;
  const waiting = fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Transfers direction="fetch" />
      <Tabs<TabId>
        label={t('tab.label')}
        selected={tab}
        onSelect={(next) => go(addressOfTab(next))}
        items={[
          { id: 'discover', label: t('tab.discover'), content: tab === 'discover' && <Discover /> },
          {
            id: 'installed',
            label: t('tab.installed'),
            content: tab === 'installed' && (value ? <Installed items={value.items} /> : waiting),
          },
          {
            id: 'updates',
            label: <UpdatesLabel count={updates} />,
            content: tab === 'updates' && (value ? <Updates items={value.items} /> : waiting),
          },
          {
            id: 'published',
            label: t('tab.published'),
            content: tab === 'published' && <Published publishing={publishing} />,
          },
        ]}
      />
    </Page>
  );
}

function UpdatesLabel({ count }: { count: number }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  return (
    <span className={styles['counted']}>
      {t('tab.updates')}
      {count > 0 && (
        <span className={styles['count']}>
          <span aria-hidden>{format.number(count)}</span>
          <span className="visually-hidden">{t('updates.count', { count })}</span>
        </span>
      )}
    </span>
  );
}
