import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { failingHop } from '#shared/features/relay/hops.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';

export interface CallTableProps {
  items: readonly Invocation[];
  openId: string | undefined;
  onOpen(id: string): void;
  onMore: (() => void) | undefined;
  empty: ReactNode;
}

export function CallTable({ items, openId, onOpen, onMore, empty }: CallTableProps) {
  const { t } = useTranslation('activity');
  const all = useColumns();
  // Beside an open call there is room for what tells calls apart, and no more.
  const columns = useMemo(
    () => (openId === undefined ? all : all.filter(({ id }) => beside.has(id))),
    [all, openId],
  );
  return (
    <Table
      label={t('title')}
      columns={columns}
      items={items}
      idOf={(call) => call.id}
      textOf={(call) => call.tool ?? call.method}
      onOpen={onOpen}
      openId={openId}
      onMore={onMore}
      empty={empty}
    />
  );
}

const beside: ReadonlySet<string> = new Set(['what', 'outcome', 'when']);

function useColumns(): ReadonlyArray<TableColumn<Invocation>> {
  const { t } = useTranslation('activity');
  const format = useFormats();
  const { clock } = useNodeLink();
  return useMemo(
    () => [
      {
        id: 'what',
        label: t('column.what'),
        isRowHeader: true,
        grow: 3,
        minWidth: 10,
        cell: (call) => (
          <CellLines
            first={<bdi>{call.tool ?? call.method}</bdi>}
            second={<bdi>{call.client ? `${call.server} · ${call.client}` : call.server}</bdi>}
          />
        ),
      },
      {
        id: 'outcome',
        label: t('column.outcome'),
        grow: 2.2,
        minWidth: 11,
        cell: (call) => (
          <CellLines
            first={<OutcomeBadge outcome={call.outcome} />}
            second={
              call.outcome === 'error' || call.outcome === 'cancelled'
                ? t('failedAt', { hop: t(`hop.${failingHop(call)}`) })
                : undefined
            }
          />
        ),
      },
      {
        id: 'way',
        label: t('column.way'),
        grow: 1.4,
        minWidth: 7,
        cell: (call) => t(`direction.${call.direction}`),
      },
      {
        id: 'took',
        label: t('column.took'),
        grow: 1,
        minWidth: 6,
        cell: (call) => format.duration(Math.round(call.durationMs)),
      },
      {
        id: 'size',
        label: t('column.size'),
        grow: 1,
        minWidth: 6,
        cell: (call) => format.bytes(call.requestBytes + call.responseBytes),
      },
      {
        id: 'when',
        label: t('column.when'),
        grow: 1.6,
        minWidth: 9,
        cell: (call) => format.when(call.startedAt, clock.now()),
      },
    ],
    [t, format, clock],
  );
}
