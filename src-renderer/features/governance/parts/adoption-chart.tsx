import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdoptionSample, ProposalView } from '#shared/features/governance/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../governance.module.css';

const TimeChart = lazy(async () => ({ default: (await import('../../../ui/time-chart.tsx')).TimeChart }));

const lines = [
  ['yes', 'first'],
  ['no', 'fault'],
  ['abstain', 'second'],
  ['ready', 'third'],
] as const;

/** How the votes came to be what they are, as this node saw it: a picture, and the same as a table. */
export function AdoptionChart({ id, cast }: { id: string; cast: ProposalView['cast'] }) {
  const { t } = useTranslation('governance');
  const { data, fault } = useQuery(
    (node, signal) => node['governance.history']({ id }, { signal }),
    [id, cast.yes, cast.no, cast.abstain],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('reading')} />;
  return (
    <section className={styles['part']} aria-label={t('chart.title')}>
      <h3>{t('chart.title')}</h3>
      {data.items.length < 2 ? <p>{t('chart.young')}</p> : <Shown samples={data.items} />}
    </section>
  );
}

/** A canvas lies from left to right: a date of a language that does not must keep its own direction. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

/** Votes are shown in whole providers: thousandths are the rule's matter. */
const providers = (units: number): number => units / 1000;

function Shown({ samples }: { samples: AdoptionSample[] }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return null;
  return (
    <>
      <p>
        {t('chart.words', {
          from: format.number(providers(first.yes)),
          to: format.number(providers(last.yes)),
          date: format.date(first.at),
        })}
      </p>
      <div className={styles['chart']}>
        <Suspense fallback={<Loading label={t('reading')} />}>
          <TimeChart
            times={samples.map(({ at }) => at)}
            lines={lines.map(([key, look]) => ({
              label: t(`chart.line.${key}`),
              look,
              values: samples.map((sample) => providers(sample[key])),
            }))}
            formatTime={(at) => isolated(format.date(at))}
            formatValue={format.number}
            height={9}
          />
        </Suspense>
      </div>
      <details>
        <summary>{t('chart.asTable')}</summary>
        <div className={styles['scroll']}>
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">{t('chart.day')}</th>
                {lines.map(([key]) => (
                  <th key={key} scope="col">
                    {t(`chart.line.${key}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {samples.toReversed().map((sample) => (
                <tr key={sample.at}>
                  <th scope="row">{format.date(sample.at)}</th>
                  {lines.map(([key]) => (
                    <td key={key}>{format.number(providers(sample[key]))}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
