import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UsageItem } from '#shared/features/metrics/usage.ts';
import { useFormats } from '../../../platform/formats.ts';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import styles from '../metrics.module.css';
import { type Group, keyOf, meanMs, type SortColumn, sortItems } from '../rules.ts';

export function UsageTable({ by, items }: { by: Group; items: readonly UsageItem[] }) {
  const { t } = useTranslation('metrics');
  const nameOf = useNames();
  const columns = useColumns(by);
  const [sort, setSort] = useState<{ column: SortColumn; direction: 'ascending' | 'descending' }>({
    column: 'calls',
    direction: 'descending',
  });
  const sorted = useMemo(
    () => sortItems(items, sort.column, sort.direction === 'descending', (item) => nameOf(by, item).first),
    [items, sort, by, nameOf],
  );
  return (
    <div className={styles['table']}>
      <Table
        label={t('table')}
        columns={columns}
        items={sorted}
        idOf={keyOf}
        textOf={(item) => nameOf(by, item).first}
        sort={sort}
        onSort={({ column, direction }) => setSort({ column: column as SortColumn, direction })}
        empty={null}
      />
    </div>
  );
}

/** What a row is called, and what tells it apart from others of that name. */
function useNames(): (by: Group, item: UsageItem) => { first: string; second: string } {
  const { t } = useTranslation(['metrics', 'activity']);
  const format = useFormats();
  return useMemo(
    () => (by, item) => {
      const way = t(`activity:direction.${item.direction}`);
      const provider = item.providerName ?? item.providerId?.slice(0, 14);
      if (item.kind) return { first: t(`kind.${item.kind}`), second: way };
      if (by === 'day')
        return { first: item.day ? format.date(Date.parse(`${item.day}T12:00`)) : '', second: way };
      if (by === 'provider') return { first: provider ?? t('here'), second: way };
      if (by === 'client') return { first: item.client ?? t('peers'), second: way };
      const second = [provider, by === 'tool' ? item.server : undefined, way].filter(Boolean).join(' · ');
      return { first: (by === 'tool' ? item.tool : item.server) ?? t('notTools'), second };
    },
    [t, format],
  );
}

function useColumns(by: Group): ReadonlyArray<TableColumn<UsageItem>> {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  const nameOf = useNames();
  return useMemo(() => {
    const column = (
      id: SortColumn,
      label: string,
      cell: (item: UsageItem) => string,
    ): TableColumn<UsageItem> => ({ id, label, sortable: true, minWidth: 6, cell });
    return [
      {
        id: 'who',
        label: t(`by.${by}`),
        isRowHeader: true,
        sortable: true,
        grow: 3,
        minWidth: 11,
        cell: (item) => {
          const { first, second } = nameOf(by, item);
          return <CellLines first={<bdi>{first}</bdi>} second={<bdi>{second}</bdi>} />;
        },
      },
      column('calls', t('column.calls'), ({ calls }) => format.number(calls)),
      column('errors', t('column.errors'), ({ errors }) => format.number(errors)),
      column('sent', t('column.sent'), ({ requestBytes }) => format.bytes(requestBytes)),
      column('answered', t('column.answered'), ({ responseBytes }) => format.bytes(responseBytes)),
      column('mean', t('column.mean'), (item) => format.duration(meanMs(item))),
      column('time', t('column.time'), ({ durationMs }) => format.duration(durationMs)),
    ];
  }, [by, t, format, nameOf]);
}
