import { useTranslation } from 'react-i18next';
import type { Load } from '#shared/features/relay/load.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useStream } from '../../../platform/use-stream.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Meter } from '../../../ui/meter.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../metrics.module.css';
import { CacheCard } from './cache-card.tsx';
import { BottleneckCard } from './bottleneck-card.tsx';
import { loadState } from '../rules.ts';

/** How busy the node is with calls of peers, as it happens. */
export function LoadView() {
  const { t } = useTranslation('metrics');
  const { fault, value } = useStream((node, options) => node['relay.load']({}, options));
  if (!value) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  return (
    <Stack>
      <Places load={value} />
      <BottleneckCard />
      <Queues load={value} />
      <Refused load={value} />
      <CacheCard tick={value} />
    </Stack>
  );
}

const tones = { quiet: 'info', busy: 'info', limited: 'info', waiting: 'warn', overloaded: 'warn' } as const;

function Places({ load }: { load: Load }) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  const state = loadState(load);
  const both = [
    { key: 'running', now: load.running, most: load.maxRunning },
    { key: 'waiting', now: load.waiting, most: load.maxWaiting },
  ] as const;
  return (
    <Card title={t('load.title')} lead={t('load.lead')}>
      <div role="status">
        <Note tone={tones[state]}>{t(`load.state.${state}`)}</Note>
      </div>
      <div className={styles['numbers']}>
        {both.map(({ key, most, now }) => {
          const text = t('load.of', { now: format.number(now), most: format.number(most) });
          return (
            <div key={key} className={styles['number']}>
              <span className={styles['soft']}>{t(`load.${key}`)}</span>
              <span className={styles['big']}>{text}</span>
              <Meter
                label={t(`load.${key}`)}
                value={most === 0 ? 0 : Math.min(100, (100 * now) / most)}
                valueText={text}
              />
            </div>
          );
        })}
        <div className={styles['number']}>
          <span className={styles['soft']}>{t('load.hold')}</span>
          <span className={styles['big']}>{format.duration(load.holdMs)}</span>
        </div>
      </div>
    </Card>
  );
}

function Queues({ load: { queues } }: { load: Load }) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  return (
    <Card title={t('queues.title')} lead={t('queues.lead')}>
      {queues.length === 0 ? (
        <p>{t('queues.none')}</p>
      ) : (
        <div className={styles['scroll']}>
          <table className={styles['plain']}>
            <thead>
              <tr>
                <th scope="col">{t('by.provider')}</th>
                <th scope="col">{t('load.waiting')}</th>
              </tr>
            </thead>
            <tbody>
              {queues.map(({ name, providerId, waiting }) => (
                <tr key={providerId}>
                  <th scope="row">
                    <bdi>{name ?? `${providerId.slice(0, 14)}…`}</bdi>
                  </th>
                  <td>{format.number(waiting)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

const reasons = ['rate', 'full', 'late', 'shed'] as const;

function Refused({ load: { refused } }: { load: Load }) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  return (
    <Card title={t('refused.title')} lead={t('refused.lead')}>
      <div className={styles['scroll']}>
        <table className={styles['plain']}>
          <thead>
            <tr>
              <th scope="col">{t('refused.why')}</th>
              <th scope="col">{t('column.calls')}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map((reason) => (
              <tr key={reason}>
                <th scope="row">{t(`refused.${reason}`)}</th>
                <td>{format.number(refused[reason])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
