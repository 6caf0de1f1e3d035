import { type ReactNode, useMemo } from 'react';
import type { SortDescriptor } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import { labelOf } from '../rules.ts';
import { ToolStateBadge } from './state-badge.tsx';

export interface ToolTableProps {
  tools: readonly ToolView[];
  sort: SortDescriptor;
  onSort(sort: SortDescriptor): void;
  openId: string | undefined;
  onOpen(id: string): void;
  empty: ReactNode;
}

export function ToolTable({ tools, openId, ...rest }: ToolTableProps) {
  const { t } = useTranslation('catalog');
  const columns = useColumns(openId !== undefined);
  return (
    <Table
      {...rest}
      label={t('title')}
      columns={columns}
      items={tools}
      idOf={(tool) => tool.id}
      textOf={labelOf}
      openId={openId}
    />
  );
}

/** Beside an opened tool there is room for the two columns that tell tools apart. */
function useColumns(narrow: boolean): ReadonlyArray<TableColumn<ToolView>> {
  const { t } = useTranslation('catalog');
  return useMemo(() => {
    const tool: TableColumn<ToolView> = {
      id: 'tool',
      label: t('column.tool'),
      isRowHeader: true,
      sortable: true,
      grow: 3,
      minWidth: 10,
      cell: (item) => (
        <CellLines first={<bdi>{labelOf(item)}</bdi>} second={<bdi>{item.description ?? item.name}</bdi>} />
      ),
    };
    const provider: TableColumn<ToolView> = {
      id: 'provider',
      label: t('column.provider'),
      sortable: true,
      grow: 2,
      minWidth: 7,
      cell: (item) => (
        <CellLines
          first={
            item.origin === 'local' ? (
              t('thisMachine')
            ) : (
              <bdi>{item.providerName || `${item.providerId.slice(0, 12)}…`}</bdi>
            )
          }
          second={<bdi>{item.server}</bdi>}
        />
      ),
    };
    const state: TableColumn<ToolView> = {
      id: 'state',
      label: t('column.state'),
      sortable: true,
      grow: 1.4,
      minWidth: 9,
      cell: (item) =>
        item.reachable ? <ToolStateBadge state={item.state} /> : <Badge tone="bad">{t('unreachable')}</Badge>,
    };
    return narrow ? [tool, state] : [tool, provider, state];
  }, [t, narrow]);
}
