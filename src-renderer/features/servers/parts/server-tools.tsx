import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';

/** More are found in the catalog, which is made for thousands. */
const SHOWN = 100;

/** The tools of a server, each a link to all that the catalog knows of it. */
export function ServerTools({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers');
  const { data, fault } = useQuery(
    (node, signal) =>
      node['tools.query']({ filter: { scope: 'local', server: server.name }, limit: SHOWN }, { signal }),
    [server.name, server.toolCount],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('toolList.reading')} />;
  const view = `+${new URLSearchParams({ scope: 'local', server: server.name })}`;
  if (data.items.length === 0)
    return (
      <EmptyState picture="tools" title={t('toolList.empty')}>
        {t('toolList.emptyWords')}
      </EmptyState>
    );
  return (
    <Stack>
      <List label={t('toolList.label', { name: server.name })}>
        {data.items.map((tool) => (
          <ListRow
            key={tool.id}
            title={
              <Link href={`/catalog/${view}/${encodeURIComponent(tool.id.split(/[@#]/, 1)[0] ?? '')}`}>
                <bdi>{tool.title ?? tool.name}</bdi>
              </Link>
            }
            sub={tool.description && <span dir="auto">{tool.description}</span>}
          />
        ))}
      </List>
      {data.total > SHOWN && (
        <Link href={`/catalog/${view}`}>{t('toolList.all', { count: data.total })}</Link>
      )}
    </Stack>
  );
}
