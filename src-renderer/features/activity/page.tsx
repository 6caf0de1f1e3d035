import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { follow } from '../../platform/follow.ts';
import { useFormats } from '../../platform/formats.ts';
import { useNodeLink } from '../../platform/node-link.ts';
import { useQuery } from '../../platform/use-query.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Select } from '../../ui/fields.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { CellLines, Table, type TableColumn } from '../../ui/table.tsx';
import styles from './activity.module.css';

/** Rows kept on the page; older ones are in the node's records. */
const MOST_ROWS = 500;

const directions = ['any', 'local', 'outgoing', 'incoming'] as const;
const outcomes = ['any', 'ok', 'tool_error', 'error', 'cancelled'] as const;
type Direction = (typeof directions)[number];
type Outcome = (typeof outcomes)[number];

const tones: Record<Invocation['outcome'], Tone> = {
  ok: 'ok',
  tool_error: 'warn',
  error: 'bad',
  cancelled: 'off',
};

export function ActivityPage() {
  const { t } = useTranslation('activity');
  const [direction, setDirection] = useState<Direction>('any');
  const [outcome, setOutcome] = useState<Outcome>('any');
  const { items, fault } = useInvocations(direction, outcome);
  const columns = useColumns();
  return (
    <Page fill title={t('title')} lead={t('lead')}>
      <div className={styles['filters']}>
        <Select<Direction>
          label={t('direction.label')}
          options={directions.map((value) => ({ value, label: t(`direction.${value}`) }))}
          value={direction}
          onChange={setDirection}
        />
        <Select<Outcome>
          label={t('outcome.label')}
          options={outcomes.map((value) => ({ value, label: t(`outcome.${value}`) }))}
          value={outcome}
          onChange={setOutcome}
        />
      </div>
      {fault ? (
        <FaultNote fault={fault} />
      ) : items ? (
        <Table
          label={t('title')}
          columns={columns}
          items={items}
          idOf={(call) => call.id}
          textOf={(call) => call.tool ?? call.method}
          empty={
            <EmptyState picture="calls" title={t('empty.title')}>
              {t('empty.words')}
            </EmptyState>
          }
        />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Page>
  );
}

function useInvocations(direction: Direction, outcome: Outcome) {
  const link = useNodeLink();
  const { data, fault } = useQuery(
    (node, signal) =>
      node['invocations.list'](
        {
          limit: MOST_ROWS,
          ...(direction === 'any' ? {} : { direction }),
          ...(outcome === 'any' ? {} : { outcome }),
        },
        { signal },
      ),
    [direction, outcome],
  );
  const [fresh, setFresh] = useState<Invocation[]>([]);
  useEffect(() => {
    const stream = follow(link, {
      open: (node, options) => node['invocations.watch']({}, options),
      onItem: (call) => setFresh((now) => [call, ...now].slice(0, MOST_ROWS)),
    });
    return () => void stream.close();
  }, [link]);
  const items = useMemo(() => {
    if (!data) return undefined;
    const fits = (call: Invocation) =>
      (direction === 'any' || call.direction === direction) &&
      (outcome === 'any' || call.outcome === outcome);
    const byId = new Map([...data.items, ...fresh.filter(fits)].map((call) => [call.id, call]));
    return [...byId.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, MOST_ROWS);
  }, [data, fresh, direction, outcome]);
  return { items, fault };
}

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
        id: 'way',
        label: t('column.way'),
        grow: 1.4,
        minWidth: 7,
        cell: (call) => t(`direction.${call.direction}`),
      },
      {
        id: 'outcome',
        label: t('column.outcome'),
        grow: 2,
        minWidth: 9,
        cell: (call) => (
          <CellLines
            first={<Badge tone={tones[call.outcome]}>{t(`outcome.${call.outcome}`)}</Badge>}
            second={call.code && <code dir="ltr">{call.code}</code>}
          />
        ),
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
