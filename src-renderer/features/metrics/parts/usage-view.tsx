import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetUsage } from '#shared/features/fleet/contract.ts';
import type { UsageAnswer, UsageItem } from '#shared/features/metrics/usage.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../metrics.module.css';
import { directions, type Group, groups, type PeriodDays, periods, seriesOf } from '../rules.ts';
import { UsageActions } from './usage-actions.tsx';
import { UsageTable } from './usage-table.tsx';

/** The chart’s library arrives after the page is drawn. */
const TimeChart = lazy(async () => ({ default: (await import('../../../ui/time-chart.tsx')).TimeChart }));

/** More rows than this nobody reads; a file has them all. */
const MOST_ROWS = 1000;
/** A year of three directions. */
const MOST_DAYS = 1100;

/** A canvas is written left to right: a date that is not keeps its own order. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

const wheres = ['here', 'all'] as const;
type Where = (typeof wheres)[number];

/** Of all nodes, the answer says which did what. */
type Shown = UsageAnswer & Partial<Pick<FleetUsage, 'nodes' | 'silent'>>;

export interface Wanted {
  days: number;
  direction?: UsageItem['direction'];
}

/** Who used what in the chosen days: in a line of words, as a picture by day, and as a table by what is chosen. */
export function UsageView() {
  const { t } = useTranslation(['metrics', 'activity']);
  const [by, setBy] = useState<Group>('provider');
  const [days, setDays] = useState<PeriodDays>('30');
  const [direction, setDirection] = useState<(typeof directions)[number]>('');
  const [where, setWhere] = useState<Where>('here');
  const fleet = useQuery((node, signal) => node['fleet.list']({}, { signal }), []);
  const hasOthers = (fleet.data?.nodes ?? []).some(({ connected, self }) => connected && !self);
  const call = where === 'all' && hasOthers ? 'fleet.usage' : 'usage.query';
  const wanted: Wanted = { days: Number(days), ...(direction === '' ? {} : { direction }) };
  const table = useQuery(
    (node, signal): Promise<Shown> => node[call]({ ...wanted, by, limit: MOST_ROWS }, { signal }),
    [by, wanted, call],
  );
  const chart = useQuery(
    (node, signal) => node[call]({ ...wanted, by: 'day', limit: MOST_DAYS }, { signal }),
    [wanted, call],
  );
  const reload = () => {
    table.reload();
    chart.reload();
  };
  return (
    <Stack>
      <div className={styles['choices']}>
        <Select
          hideLabel
          label={t('by.label')}
          options={groups.map((value) => ({ value, label: t(`by.${value}`) }))}
          value={by}
          onChange={(next: Group) => setBy(next)}
        />
        <Select
          hideLabel
          label={t('period')}
          options={periods.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
          value={days}
          onChange={(next: PeriodDays) => setDays(next)}
        />
        <Select
          hideLabel
          label={t('activity:direction.label')}
          options={directions.map((value) => ({ value, label: t(`activity:direction.${value || 'any'}`) }))}
          value={direction}
          onChange={(next: (typeof directions)[number]) => setDirection(next)}
        />
        {hasOthers && (
          <Select
            hideLabel
            label={t('where.label')}
            options={wheres.map((value) => ({ value, label: t(`where.${value}`) }))}
            value={where}
            onChange={(next: Where) => setWhere(next)}
          />
        )}
        <UsageActions wanted={wanted} onErased={reload} />
      </div>
      {chart.fault && <FaultNote fault={chart.fault} />}
      {table.fault && <FaultNote fault={table.fault} />}
      {chart.data ? <Days answer={chart.data} /> : chart.loading && <Loading label={t('reading')} />}
      {table.data && table.data.total.calls > 0 && <UsageTable by={by} items={table.data.items} />}
      {table.data?.nodes && <Nodes nodes={table.data.nodes} silent={table.data.silent ?? []} />}
      {table.data?.more && <p className={styles['soft']}>{t('more', { count: MOST_ROWS })}</p>}
    </Stack>
  );
}

/** Which node did how much of it, and which did not tell. */
function Nodes({ nodes, silent }: Pick<FleetUsage, 'nodes' | 'silent'>) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  const nameOf = ({ label, peerId }: FleetUsage['silent'][number]) => label || `${peerId.slice(0, 12)}…`;
  return (
    <p className={styles['soft']}>
      {t('where.parts', {
        parts: format.list(
          nodes.map((node) => t('where.part', { name: nameOf(node), count: node.total.calls })),
        ),
      })}
      {silent.length > 0 && ` ${t('where.silent', { names: format.list(silent.map(nameOf)) })}`}
    </p>
  );
}

function Days({ answer: { from, items, to, total } }: { answer: UsageAnswer }) {
  const { t } = useTranslation(['metrics', 'home']);
  const format = useFormats();
  if (total.calls === 0)
    return (
      <EmptyState picture="calls" title={t('none.title')}>
        {t('none.words')}
      </EmptyState>
    );
  const series = seriesOf(items, from, to);
  const looks = { local: 'first', outgoing: 'second', incoming: 'third', errors: 'fault' } as const;
  return (
    <>
      <p>
        {t('sum.calls', { count: total.calls })} {t('sum.errors', { count: total.errors })}{' '}
        {t('sum.sizes', {
          request: format.bytes(total.requestBytes),
          response: format.bytes(total.responseBytes),
          time: format.duration(total.durationMs),
        })}
      </p>
      <div className={styles['picture']}>
        <Suspense fallback={<Loading label={t('reading')} />}>
          <TimeChart
            times={series.times}
            lines={(['local', 'outgoing', 'incoming', 'errors'] as const).map((key) => ({
              label: t(`home:traffic.line.${key}`),
              look: looks[key],
              values: series[key],
            }))}
            formatTime={(at) => isolated(format.date(at))}
            formatValue={format.number}
          />
        </Suspense>
      </div>
    </>
  );
}
