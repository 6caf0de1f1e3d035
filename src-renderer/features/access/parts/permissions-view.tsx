import { Ban } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Button, IconButton } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField, Switch } from '../../../ui/fields.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Split } from '../../../ui/split.tsx';
import { CellLines, Table, type TableColumn } from '../../../ui/table.tsx';
import { useNarrow } from '../../../ui/use-narrow.ts';
import styles from '../access.module.css';
import { filterRows, type PermissionRow } from '../permissions.ts';
import { useWhoText } from '../use-access.ts';
import { PermissionDetail } from './permission-detail.tsx';
import { LastUse, useWhatText, Way } from './permission-words.tsx';
import { StopDialog } from './stop-dialog.tsx';
import { usePermissions } from './use-permissions.ts';

/** Who may call what: a row for each party and server, or for each party and tool. */
export function PermissionsView({ wanted = '' }: { wanted?: string | undefined }) {
  const { t } = useTranslation('access');
  const [text, setText] = useState(wanted);
  const [byTool, setByTool] = useState(false);
  const [openId, setOpenId] = useState<string>();
  const [stopping, setStopping] = useState<PermissionRow>();
  const { fault, reload, rows, shares } = usePermissions(byTool);
  const whoText = useWhoText();
  const shown = useMemo(() => rows && filterRows(rows, text, whoText), [rows, text, whoText]);
  const columns = useColumns(openId !== undefined, setStopping);
  if (!rows || !shown) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  const opened = rows.find(({ id }) => id === openId);
  return (
    <div className={styles['view']}>
      <div className={styles['filters']}>
        <SearchField label={t('filter')} value={text} onChange={setText} />
        <Switch selected={byTool} onChange={setByTool}>
          {t('byTool')}
        </Switch>
      </div>
      <FaultNote fault={fault} />
      <Split
        list={
          <Table
            label={t('view.permissions')}
            columns={columns}
            items={shown}
            idOf={(row) => row.id}
            textOf={(row) => `${whoText(row.who)} ${row.server}`}
            openId={openId}
            onOpen={setOpenId}
            empty={rows.length === 0 ? <Nothing /> : <EmptyState picture="search" title={t('noneFound')} />}
          />
        }
        detail={
          opened && {
            id: opened.id,
            title: <bdi>{whoText(opened.who)}</bdi>,
            content: (
              <PermissionDetail
                row={opened}
                share={shares.find(({ server }) => server === opened.server)}
                onStop={() => setStopping(opened)}
              />
            ),
          }
        }
        onClose={() => setOpenId(undefined)}
      />
      <StopDialog
        row={stopping}
        byTool={byTool}
        share={shares.find(({ server }) => server === stopping?.server)}
        hasGrants={rows.some(({ grant, server }) => grant && server === stopping?.server)}
        onClose={() => setStopping(undefined)}
        onDone={reload}
      />
    </div>
  );
}

function Nothing() {
  const { t } = useTranslation('access');
  const [, go] = useLocation();
  return (
    <EmptyState
      picture="peers"
      title={t('none.title')}
      action={<Button onPress={() => go('/servers')}>{t('none.servers')}</Button>}
    >
      {t('none.words')}
    </EmptyState>
  );
}

/** Below this there is room for who and what alone. */
const NARROW_REM = 44;

function useColumns(
  beside: boolean,
  onStop: (row: PermissionRow) => void,
): ReadonlyArray<TableColumn<PermissionRow>> {
  const { t } = useTranslation('access');
  const whoText = useWhoText();
  const what = useWhatText();
  const narrow = useNarrow(NARROW_REM);
  return useMemo(() => {
    const stop: TableColumn<PermissionRow> = {
      id: 'stop',
      label: t('column.end'),
      minWidth: 5.25,
      grow: 0.01,
      cell: (row) => (
        <IconButton
          icon={Ban}
          label={`${t(row.grant ? 'revoke.open' : 'stop.open')}: ${whoText(row.who)}, ${row.server}`}
          onPress={() => onStop(row)}
        />
      ),
    };
    const who: TableColumn<PermissionRow> = {
      id: 'who',
      label: t('column.who'),
      isRowHeader: true,
      grow: 2,
      minWidth: 8,
      cell: (row) => (
        <CellLines
          first={whoText(row.who)}
          second={narrow || beside ? <LastUse row={row} brief /> : <Way row={row} />}
        />
      ),
    };
    const tools: TableColumn<PermissionRow> = {
      id: 'what',
      label: t('column.what'),
      grow: 2.2,
      minWidth: 8,
      cell: (row) => <CellLines first={row.server} second={what(row)} />,
    };
    const used: TableColumn<PermissionRow> = {
      id: 'used',
      label: t('column.used'),
      grow: 1.5,
      minWidth: 9,
      cell: (row) => <LastUse row={row} />,
    };
    return narrow || beside ? [who, tools, stop] : [who, tools, used, stop];
  }, [t, whoText, what, narrow, beside, onStop]);
}
