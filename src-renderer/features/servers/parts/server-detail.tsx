import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { Tabs } from '../../../ui/tabs.tsx';
import { LogView } from './log-view.tsx';
import { LoginPanel } from './login-panel.tsx';
import { Overview } from './overview.tsx';
import { ServerActions } from './server-actions.tsx';
import { ServerTools } from './server-tools.tsx';
import { SharingPanel } from './sharing-panel.tsx';
import { LOGIN_NEEDED } from './state-badge.tsx';

type Tab = 'overview' | 'login' | 'tools' | 'sharing' | 'logs';

export interface ServerDetailProps {
  server: ServerView;
  onRemoved(): void;
  onRenaming(to: string): void;
}

/** One server: its state and commands, then what it is, who is signed in, its tools, who may call it, what it wrote. */
export function ServerDetail({ server, onRemoved, onRenaming }: ServerDetailProps) {
  const { t } = useTranslation('servers');
  const [tab, setTab] = useState<Tab>(server.problem?.code === LOGIN_NEEDED ? 'login' : 'overview');
  const asksForLogin = server.transport.type === 'http' && server.logins !== undefined;
  const items: Array<{ id: Tab; content: ReactNode }> = [
    { id: 'overview', content: <Overview server={server} /> },
    ...(asksForLogin ? [{ id: 'login' as const, content: <LoginPanel server={server} /> }] : []),
    { id: 'tools', content: <ServerTools server={server} /> },
    { id: 'sharing', content: <SharingPanel server={server} /> },
    { id: 'logs', content: <LogView name={server.name} /> },
  ];
  return (
    <>
      <ServerActions server={server} onRemoved={onRemoved} onRenaming={onRenaming} />
      <Tabs<Tab>
        label={t('tabs.label', { name: server.name })}
        selected={items.some(({ id }) => id === tab) ? tab : 'overview'}
        onSelect={setTab}
        items={items.map(({ id, content }) => ({ id, label: t(`tabs.${id}`), content }))}
      />
    </>
  );
}
