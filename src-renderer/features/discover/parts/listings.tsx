import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Listing } from '#shared/features/registry/central.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge, Tag } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Inline } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import type { Filter } from './filters.tsx';
import styles from './listings.module.css';

export interface ListingsProps {
  filter: Filter;
  /** Changes when the copy does. */
  revision: string;
  openName: string | undefined;
  onOpen(name: string): void;
  /** Takes all filters away. */
  onAll(): void;
}

const AT_ONCE = 200;
/** The node gives no more than this for one search; beyond it more words find faster than more rows. */
const AT_MOST = 1000;

export function Listings({ filter, revision, openName, onOpen, onAll }: ListingsProps) {
  const { t } = useTranslation('discover');
  const [wanted, setWanted] = useState({ key: '', limit: AT_ONCE });
  const key = `${filter.kind} ${filter.text}`;
  const limit = wanted.key === key ? wanted.limit : AT_ONCE;
  const { data, fault } = useQuery(
    (node, signal) =>
      node['central.list'](
        { text: filter.text, limit, ...(filter.kind === 'any' ? {} : { kind: filter.kind }) },
        { signal },
      ),
    [limit, revision, key],
  );
  // What was found before stays until the next is found: the list does not flicker while one types.
  const [found, setFound] = useState(data);
  if (data && data !== found) setFound(data);
  const columns = useColumns(openName !== undefined);
  if (!found) return fault ? <FaultNote fault={fault} /> : <Loading label={t('searching')} />;
  return (
    <div className={styles['place']}>
      <Table
        label={t('title')}
        columns={columns}
        items={found.items}
        idOf={(item) => item.name}
        textOf={(item) => item.title ?? item.name}
        openId={openName}
        onOpen={onOpen}
        empty={
          <EmptyState
            picture="search"
            title={t('nothing.title')}
            action={<Button onPress={onAll}>{t('nothing.all')}</Button>}
          />
        }
      />
      <More
        shown={found.items.length}
        total={found.total}
        onMore={() => setWanted({ key, limit: Math.min(AT_MOST, limit + AT_ONCE) })}
      />
    </div>
  );
}

function More({ shown, total, onMore }: { shown: number; total: number; onMore(): void }) {
  const { t } = useTranslation('discover');
  return (
    <div className={styles['more']}>
      <p role="status">{t('shown', { count: total, shown })}</p>
      {shown < total &&
        (shown < AT_MOST ? (
          <Button size="small" onPress={onMore}>
            {t('more')}
          </Button>
        ) : (
          <p>{t('narrow')}</p>
        ))}
    </div>
  );
}

function useColumns(narrow: boolean): ReadonlyArray<TableColumn<Listing>> {
  const { t } = useTranslation('discover');
  const format = useFormats();
  const { clock } = useNodeLink();
  return useMemo(() => {
    const server: TableColumn<Listing> = {
      id: 'server',
      label: t('column.server'),
      isRowHeader: true,
      grow: 3,
      minWidth: 10,
      cell: (item) => (
        <CellLines
          first={<bdi>{item.title ?? item.name}</bdi>}
          second={<bdi>{item.description ?? item.name}</bdi>}
        />
      ),
    };
    const runs: TableColumn<Listing> = {
      id: 'runs',
      label: t('column.runs'),
      grow: 1.6,
      minWidth: 9,
      cell: (item) =>
        item.status === 'deprecated' ? (
          <Badge tone="warn">{t('deprecated')}</Badge>
        ) : (
          <Inline>
            {item.kinds.map((kind) => (
              <Tag key={kind}>{t(`kind.${kind}`)}</Tag>
            ))}
          </Inline>
        ),
    };
    const changed: TableColumn<Listing> = {
      id: 'changed',
      label: t('column.changed'),
      grow: 1.2,
      minWidth: 7,
      cell: (item) => (
        <CellLines
          first={<bdi>{item.version}</bdi>}
          second={item.updatedAt === undefined ? undefined : format.ago(item.updatedAt, clock.now())}
        />
      ),
    };
    return narrow ? [server, runs] : [server, runs, changed];
  }, [t, format, clock, narrow]);
}
