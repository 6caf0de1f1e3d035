import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { ServerStateBadge, useServers } from '../../servers/index.ts';
import styles from '../home.module.css';

/** The servers of this node at a glance. */
export function ServersCard() {
  const { t } = useTranslation('home');
  const servers = useServers((state) => state.items);
  return (
    <Card
      title={t('servers.title')}
      actions={servers && servers.length > 0 && <Link href="/servers">{t('servers.all')}</Link>}
    >
      {!servers ? (
        <Loading label={t('servers.reading')} />
      ) : servers.length === 0 ? (
        <EmptyState
          picture="servers"
          title={t('servers.empty')}
          action={
            <Link href="/servers/+add" className={styles['go']}>
              <Plus aria-hidden size="1rem" />
              {t('servers.add')}
            </Link>
          }
        />
      ) : (
        <List label={t('servers.title')}>
          {servers.map((server) => (
            <ListRow
              key={server.name}
              title={<Link href={`/servers/${server.name}`}>{server.name}</Link>}
              sub={t('servers.tools', { count: server.toolCount })}
              states={<ServerStateBadge state={server.state} />}
            />
          ))}
        </List>
      )}
    </Card>
  );
}
