import { type ReactNode, useMemo, useState } from 'react';
import type { SortDescriptor } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { SearchField, Select } from '../../../ui/fields.tsx';
import { Split } from '../../../ui/split.tsx';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import { byImportance, idOf, PeerStates } from '../../peers/index.ts';
import styles from '../network.module.css';
import {
  filterPeers,
  shownPath,
  type SortColumn,
  sortColumns,
  sortPeers,
  type Standing,
  standings,
} from '../rules.ts';
import { PathBadge } from './path-badge.tsx';
import { usePeerDetail } from './peer-detail.tsx';

export interface PeersViewProps {
  peers: readonly PeerView[];
  /** The choice of a network, where there are several. */
  filter?: ReactNode;
  /** Id of the opened peer. */
  open: string | undefined;
  text: string;
  onText(text: string): void;
}

/** The same as the map, in rows. */
export function PeersView({ peers, filter, open, text, onText }: PeersViewProps) {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  const [standing, setStanding] = useState<Standing>('all');
  const [sort, setSort] = useState<SortDescriptor>();
  const shown = useMemo(() => {
    const filtered = filterPeers(peers, standing, text);
    const column = sortColumns.find((one) => one === sort?.column);
    return column
      ? sortPeers(filtered, column satisfies SortColumn, sort?.direction === 'descending')
      : byImportance(filtered);
  }, [peers, standing, text, sort]);
  const close = () => go('/network/peers');
  const detail = usePeerDetail(peers, open);
  return (
    <>
      <div className={styles['filters']}>
        <SearchField label={t('filter.text')} value={text} onChange={onText} />
        <Select<Standing>
          hideLabel
          label={t('filter.label')}
          value={standing}
          onChange={setStanding}
          options={standings.map((value) => ({ value, label: t(`filter.${value}`) }))}
        />
        {filter}
      </div>
      <Split
        list={
          <PeerTable
            peers={shown}
            open={open}
            sort={sort}
            onSort={setSort}
            onOpen={(id) => go(`/network/peers/${encodeURIComponent(id)}`)}
          />
        }
        detail={detail}
        onClose={close}
      />
    </>
  );
}

interface PeerTableProps {
  peers: readonly PeerView[];
  open: string | undefined;
  sort: SortDescriptor | undefined;
  onSort(sort: SortDescriptor): void;
  onOpen(id: string): void;
}

function PeerTable({ peers, open, sort, ...rest }: PeerTableProps) {
  const { t } = useTranslation(['network', 'peers']);
  const columns = useColumns(open !== undefined);
  return (
    <Table
      {...rest}
      {...(sort ? { sort } : {})}
      label={t('peers:title')}
      columns={columns}
      items={peers}
      idOf={(peer) => peer.peerId}
      textOf={(peer) => peer.displayName || idOf(peer)}
      openId={open}
      empty={<EmptyState picture="search" title={t('filter.nothing')} />}
    />
  );
}

/** Beside an opened peer there is room for name and state only. */
function useColumns(narrow: boolean): ReadonlyArray<TableColumn<PeerView>> {
  const { t } = useTranslation(['network', 'peers']);
  const format = useFormats();
  return useMemo(() => {
    const peer: TableColumn<PeerView> = {
      id: 'peer',
      label: t('column.peer'),
      isRowHeader: true,
      sortable: true,
      grow: 2.2,
      minWidth: 10,
      cell: (item) => (
        <CellLines first={item.displayName || t('peers:nameless')} second={<bdi>{idOf(item)}</bdi>} />
      ),
    };
    const state: TableColumn<PeerView> = {
      id: 'state',
      label: t('column.state'),
      grow: 2,
      minWidth: 13,
      cell: (item) => (
        <span className={styles['badges']}>
          <PeerStates peer={item} brief />
        </span>
      ),
    };
    const rest: Array<TableColumn<PeerView>> = [
      {
        id: 'path',
        label: t('column.path'),
        sortable: true,
        grow: 1.6,
        minWidth: 9.5,
        cell: (item) => <PathBadge path={shownPath(item)} />,
      },
      {
        id: 'latency',
        label: t('column.latency'),
        sortable: true,
        minWidth: 6,
        cell: (item) =>
          item.connected && item.latencyMs !== undefined ? format.duration(item.latencyMs) : '–',
      },
      {
        id: 'tools',
        label: t('column.tools'),
        sortable: true,
        minWidth: 6.5,
        cell: (item) => (item.tools === undefined ? '–' : format.number(item.tools)),
      },
      {
        id: 'agent',
        label: t('column.agent'),
        sortable: true,
        grow: 1.3,
        minWidth: 8,
        cell: (item) => <bdi>{item.agent ?? '–'}</bdi>,
      },
    ];
    return narrow ? [peer, state] : [peer, state, ...rest];
  }, [t, format, narrow]);
}
