import { Pin, ShieldAlert, Star } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { SortDescriptor } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { isClaimed } from '#shared/features/registry/claims.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Marked } from '../../../ui/marked.tsx';
import { CellLines, type Selected, Table, type TableColumn } from '../../../ui/table.tsx';
import { stemOf } from '../address.ts';
import { labelOf } from '../rules.ts';
import { ToolStateBadge } from './state-badge.tsx';
import styles from './tools.module.css';

export interface ToolTableProps {
  tools: readonly ToolView[];
  /** Beginnings of words that were looked for. */
  marks?: readonly string[];
  sort?: SortDescriptor;
  onSort?(sort: SortDescriptor): void;
  openId: string | undefined;
  onOpen(id: string): void;
  selected?: Selected;
  onSelect?(selected: Selected): void;
  onMore: (() => void) | undefined;
  empty: ReactNode;
}

const none: readonly string[] = [];

export function ToolTable({ tools, openId, marks = none, ...rest }: ToolTableProps) {
  const { t } = useTranslation('catalog');
  const columns = useColumns(openId !== undefined, marks);
  return (
    <Table
      {...rest}
      label={t('title')}
      columns={columns}
      items={tools}
      idOf={(tool) => stemOf(tool.id)}
      textOf={labelOf}
      openId={openId}
    />
  );
}

/** Beside an opened tool there is room for the two columns that tell tools apart. */
function useColumns(narrow: boolean, marks: readonly string[]): ReadonlyArray<TableColumn<ToolView>> {
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
        <CellLines
          first={<Name tool={item} marks={marks} />}
          second={
            <bdi>
              <Marked text={item.description ?? item.name} marks={marks} />
            </bdi>
          }
        />
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
    const claim: TableColumn<ToolView> = {
      id: 'claim',
      label: t('column.claim'),
      grow: 1.3,
      minWidth: 10,
      cell: (item) => <ClaimBadge tool={item} />,
    };
    const state: TableColumn<ToolView> = {
      id: 'state',
      label: t('column.state'),
      sortable: true,
      grow: 1.3,
      minWidth: 9,
      cell: (item) =>
        item.reachable ? <ToolStateBadge state={item.state} /> : <Badge tone="bad">{t('unreachable')}</Badge>,
    };
    return narrow ? [tool, state] : [tool, provider, claim, state];
  }, [t, narrow, marks]);
}

/** What the tool is called, and what the operator keeps of it. */
function Name({ tool, marks }: { tool: ToolView; marks: readonly string[] }) {
  const { t } = useTranslation('catalog');
  return (
    <span className={styles['name']}>
      <bdi>
        <Marked text={labelOf(tool)} marks={marks} />
      </bdi>
      {tool.favourite && (
        <Star aria-label={t('favourite.is')} role="img" size="0.875rem" fill="currentcolor" />
      )}
      {tool.warnings.includes('confusable_name') && (
        <ShieldAlert aria-label={t('resembles.alike')} role="img" size="0.875rem" />
      )}
      {tool.pin && <Pin aria-label={t('pin.is')} role="img" size="0.875rem" />}
    </span>
  );
}

/** The claim that matters most when deciding. */
function ClaimBadge({ tool }: { tool: ToolView }) {
  const { t } = useTranslation('catalog');
  const { annotations } = tool;
  if (isClaimed('destructive', annotations))
    return (
      <Badge plain tone="warn">
        {t('claim.destructive')}
      </Badge>
    );
  if (isClaimed('readOnly', annotations))
    return (
      <Badge plain tone="info">
        {t('claim.readOnly')}
      </Badge>
    );
  if (isClaimed('notDestructive', annotations))
    return (
      <Badge plain tone="idle">
        {t('claim.notDestructive')}
      </Badge>
    );
  return (
    <Badge plain tone="idle">
      {t('claim.nothing')}
    </Badge>
  );
}
