import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { Tabs } from '../../../ui/tabs.tsx';
import { LogView } from './log-view.tsx';
import { Overview } from './overview.tsx';
import { ServerActions } from './server-actions.tsx';
import { SharingPanel } from './sharing-panel.tsx';

type Tab = 'overview' | 'sharing' | 'logs';

/** One server: its state and commands, then what it is, who may call it, what it wrote. */
export function ServerDetail({ server, onRemoved }: { server: ServerView; onRemoved(): void }) {
  const { t } = useTranslation('servers');
  const [tab, setTab] = useState<Tab>('overview');
  return (
    <>
      <ServerActions server={server} onRemoved={onRemoved} />
      <Tabs<Tab>
        label={t('tabs.label', { name: server.name })}
        selected={tab}
        onSelect={setTab}
        items={[
          { id: 'overview', label: t('tabs.overview'), content: <Overview server={server} /> },
          { id: 'sharing', label: t('tabs.sharing'), content: <SharingPanel server={server} /> },
          { id: 'logs', label: t('tabs.logs'), content: <LogView name={server.name} /> },
        ]}
      />
    </>
  );
}
