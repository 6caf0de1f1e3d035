import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { CatalogMode } from '#shared/features/clients/budget.ts';
import type { ClientSession } from '#shared/features/clients/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useSessions } from '../use-clients.ts';

/** Who is connected at this moment. */
export function ConnectedNow() {
  const { t } = useTranslation('clients');
  const { sessions, fault } = useSessions();
  return (
    <Card title={t('now.title')}>
      {sessions ? (
        <Sessions sessions={sessions} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('now.reading')} />
      )}
    </Card>
  );
}

function Sessions({ sessions }: { sessions: readonly ClientSession[] }) {
  const { t } = useTranslation('clients');
  const modes = useModes(sessions.length);
  if (sessions.length === 0)
    return (
      <p>
        {t('now.none')} <Link href="/clients">{t('now.connect')}</Link>
      </p>
    );
  return (
    <List label={t('now.title')}>
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} mode={modes.get(session.profile)} />
      ))}
    </List>
  );
}

/** How clients of each profile get their tools; read again when clients come or go. */
function useModes(clients: number): ReadonlyMap<string, CatalogMode> {
  const { data } = useQuery((node, signal) => node['profiles.catalog']({}, { signal }), [clients]);
  return new Map(data?.items.map(({ mode, profile }) => [profile, mode]));
}

function SessionRow({ session, mode }: { session: ClientSession; mode: CatalogMode | undefined }) {
  const { t } = useTranslation('clients');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { name, version, profile, transport, token, since, calls, running } = session;
  const facts = [
    t(`now.${transport}`),
    t('now.since', { time: format.when(since, clock.now()) }),
    ...(profile === 'default' ? [] : [t('now.profile', { profile })]),
    ...(mode ? [t(mode === 'full' ? 'now.listed' : 'now.searched')] : []),
    ...(token ? [t('now.token', { name: token })] : []),
  ];
  return (
    <ListRow
      title={
        <bdi>
          {name ?? t('now.unnamed')} {version}
        </bdi>
      }
      sub={facts.join(' · ')}
      states={
        <>
          <span>{t('now.calls', { count: calls })}</span>
          {running > 0 && <Badge tone="busy">{t('now.running', { count: running })}</Badge>}
        </>
      }
    />
  );
}
