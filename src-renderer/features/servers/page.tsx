import { FileInput, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { List, ListRow } from '../../ui/list.tsx';
import { Inline, Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import { AddServerDialog } from './parts/add-server-dialog.tsx';
import { ImportDialog } from './parts/import-dialog.tsx';
import { ServerDetail } from './parts/server-detail.tsx';
import { ServerStateBadge } from './parts/state-badge.tsx';
import { useAudienceText } from './parts/audience-text.ts';
import { useServers } from './store.ts';

/** Addresses below `/servers`: a server's name, or `+add`, which no server can be called. */
export const ADD = '+add';

export function ServersPage({ name }: { name?: string | undefined }) {
  const { t } = useTranslation('servers');
  const [, go] = useLocation();
  const servers = useServers((state) => state.items);
  const fault = useServers((state) => state.fault);
  const [importing, setImporting] = useState(false);
  const opened = servers?.find((server) => server.name === name);
  const close = () => go('/servers');
  /** Names that servers are getting: the list may know the new one before the command has answered. */
  const [renaming, setRenaming] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => {
    if (!name || name === ADD || !servers || opened) return;
    const to = renaming[name];
    const known = to !== undefined && servers.some((server) => server.name === to);
    go(known ? `/servers/${to}` : '/servers', { replace: true });
  }, [name, servers, opened, renaming, go]);

  return (
    <Page fill title={t('title')} lead={t('lead')} actions={<Actions onImport={() => setImporting(true)} />}>
      {servers ? (
        <Split
          list={<Servers servers={servers} open={opened?.name} />}
          detail={
            opened && {
              id: opened.name,
              title: opened.name,
              content: (
                <ServerDetail
                  key={opened.name}
                  server={opened}
                  onRemoved={close}
                  onRenaming={(to) => setRenaming({ ...renaming, [opened.name]: to })}
                />
              ),
            }
          }
          onClose={close}
        />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
      <AddServerDialog isOpen={name === ADD} onClose={close} onAdded={(added) => go(`/servers/${added}`)} />
      <ImportDialog isOpen={importing} onClose={() => setImporting(false)} />
    </Page>
  );
}

function Actions({ onImport }: { onImport(): void }) {
  const { t } = useTranslation('servers');
  const [, go] = useLocation();
  return (
    <Inline>
      <Button icon={FileInput} onPress={onImport}>
        {t('import.open')}
      </Button>
      <Button look="primary" icon={Plus} onPress={() => go(`/servers/${ADD}`)}>
        {t('add.open')}
      </Button>
    </Inline>
  );
}

function Servers({ servers, open }: { servers: ServerView[]; open: string | undefined }) {
  const { t } = useTranslation('servers');
  const [, go] = useLocation();
  if (servers.length === 0) {
    const add = (
      <Button look="primary" icon={Plus} onPress={() => go(`/servers/${ADD}`)}>
        {t('add.open')}
      </Button>
    );
    return (
      <EmptyState picture="servers" title={t('empty.title')} action={add}>
        {t('empty.words')}
      </EmptyState>
    );
  }
  return (
    <List label={t('title')}>
      {servers.map((server) => (
        <ServerRow key={server.name} server={server} open={open === server.name} />
      ))}
    </List>
  );
}

function ServerRow({ server, open }: { server: ServerView; open: boolean }) {
  const { t } = useTranslation('servers');
  const share = useServers((state) => state.shares.get(server.name));
  const audience = useAudienceText();
  return (
    <ListRow
      open={open}
      title={
        <Link href={`/servers/${server.name}`} aria-current={open ? 'true' : undefined}>
          {server.name}
        </Link>
      }
      sub={
        <>
          {t('tools', { count: server.toolCount })} · {audience(share)}
        </>
      }
      states={<ServerStateBadge state={server.state} problem={server.problem} />}
    />
  );
}
