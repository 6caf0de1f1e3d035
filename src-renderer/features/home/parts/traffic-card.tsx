import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../../platform/formats.ts';
import { useStream } from '../../../platform/use-stream.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { rowsOf, sumOf } from '../rules.ts';
import styles from './traffic.module.css';
import type { Traffic } from '#shared/features/metrics/contract.ts';

/** The chart’s library arrives after Home is drawn. */
const TimeChart = lazy(async () => ({ default: (await import('../../../ui/time-chart.tsx')).TimeChart }));

/** The calls of the last hour: one line of words, a picture, and the same as a table. */
export function TrafficCard() {
  const { t } = useTranslation('home');
  const { value, fault } = useStream((node, options) => node['metrics.traffic']({}, options));
  return (
    <Card
      title={t('traffic.title')}
      actions={<Link href="/activity">{t('traffic.all')}</Link>}
      className={styles['card']}
    >
      {value ? (
        <Shown traffic={value} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('traffic.reading')} />
      )}
    </Card>
  );
}

function Shown({ traffic }: { traffic: Traffic }) {
  const { t } = useTranslation('home');
  const format = useFormats();
  const { minutes } = traffic;
  const sum = sumOf(minutes);
  if (sum.calls === 0) return <EmptyState picture="calls" title={t('traffic.none')} />;
  const line = (
    key: 'local' | 'outgoing' | 'incoming' | 'errors',
    look: 'first' | 'second' | 'third' | 'fault',
  ) => ({
    label: t(`traffic.line.${key}`),
    look,
    values: minutes.map((minute) => minute[key]),
  });
  return (
    <>
      <p>
        {t('traffic.calls', { count: sum.calls })} {t('traffic.errors', { count: sum.errors })}{' '}
        {t('traffic.bytes', { received: format.bytes(sum.bytesIn), sent: format.bytes(sum.bytesOut) })}
      </p>
      <div className={styles['picture']}>
        <Suspense fallback={<Loading label={t('traffic.reading')} />}>
          <TimeChart
            times={minutes.map(({ at }) => at)}
            lines={[
              line('local', 'first'),
              line('outgoing', 'second'),
              line('incoming', 'third'),
              line('errors', 'fault'),
            ]}
            formatTime={format.shortTime}
            formatValue={format.number}
          />
        </Suspense>
      </div>
      <Twin traffic={traffic} />
    </>
  );
}

function Twin({ traffic }: { traffic: Traffic }) {
  const { t } = useTranslation('home');
  const format = useFormats();
  return (
    <details className={styles['twin']}>
      <summary>{t('traffic.asTable')}</summary>
      <div className={styles['scroll']}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('traffic.from')}</th>
              {(['local', 'outgoing', 'incoming', 'errors'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(`traffic.line.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(traffic.minutes).map((row) => (
              <tr key={row.at}>
                <th scope="row">{format.shortTime(row.at)}</th>
                <td>{format.number(row.local)}</td>
                <td>{format.number(row.outgoing)}</td>
                <td>{format.number(row.incoming)}</td>
                <td>{format.number(row.errors)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
