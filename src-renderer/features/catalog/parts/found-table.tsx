import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundTool } from '#shared/features/registry/network-search.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import { useNetwork, useNetworkName } from '../../network/index.ts';
import { stemOf } from '../address.ts';
import { labelOf } from '../rules.ts';
import { ToolStateBadge } from './state-badge.tsx';

export interface FoundTableProps {
  /** The best first. */
  tools: readonly FoundTool[];
  openId: string | undefined;
  onOpen(id: string): void;
  empty: ReactNode;
}

/** What was found in the network: who offers it, and in which network. */
export function FoundTable({ tools, openId, onOpen, empty }: FoundTableProps) {
  const { t } = useTranslation('catalog');
  const columns = useColumns(openId !== undefined);
  return (
    <Table
      label={t('ask.results')}
      columns={columns}
      items={tools}
      idOf={(tool) => stemOf(tool.id)}
      textOf={labelOf}
      openId={openId}
      onOpen={onOpen}
      empty={empty}
    />
  );
}

function useColumns(narrow: boolean): ReadonlyArray<TableColumn<FoundTool>> {
  const { t } = useTranslation('catalog');
  const namesOf = useNetworkNames();
  return useMemo(() => {
    const tool: TableColumn<FoundTool> = {
      id: 'tool',
      label: t('column.tool'),
      isRowHeader: true,
      grow: 3,
      minWidth: 10,
      cell: (item) => (
        <CellLines first={<bdi>{labelOf(item)}</bdi>} second={<bdi>{item.description ?? item.name}</bdi>} />
      ),
    };
    const provider: TableColumn<FoundTool> = {
      id: 'provider',
      label: t('column.provider'),
      grow: 2,
      minWidth: 8,
      cell: (item) => (
        <CellLines
          first={<bdi>{item.providerName || `${item.providerId.slice(0, 12)}…`}</bdi>}
          second={namesOf(item.networks) || t('ask.chosen')}
        />
      ),
    };
    const state: TableColumn<FoundTool> = {
      id: 'state',
      label: t('column.state'),
      grow: 1.3,
      minWidth: 9,
      cell: (item) =>
        item.reachable ? <ToolStateBadge state={item.state} /> : <Badge tone="bad">{t('unreachable')}</Badge>,
    };
    return narrow ? [tool, state] : [tool, provider, state];
  }, [t, narrow, namesOf]);
}

/** Names of networks, one after the other; of one that this node left meanwhile its id. */
function useNetworkNames(): (ids: readonly string[]) => string {
  const nameOf = useNetworkName();
  const { list } = useFormats();
  const networks = useNetwork().data?.networks;
  return useMemo(() => {
    const byId = new Map(networks?.map((network) => [network.id, nameOf(network)]));
    return (ids) => list(ids.map((id) => byId.get(id) ?? id));
  }, [networks, nameOf, list]);
}
