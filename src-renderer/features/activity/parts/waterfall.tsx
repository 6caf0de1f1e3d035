import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { InvocationDetail } from '#shared/features/relay/contract.ts';
import { failingHop, type Hop } from '#shared/features/relay/hops.ts';
import { useFormats } from '../../../platform/formats.ts';
import { classes } from '../../../ui/classes.ts';
import { barsOf } from '../rules.ts';
import styles from './waterfall.module.css';

const places = { network: 'way', remote: 'way', connect: 'way' } as const;
const placeOf = (hop: string): 'here' | 'way' | 'there' =>
  hop.startsWith('peer') ? 'there' : hop in places ? 'way' : 'here';

/** Where the time of a call went: a table whose last column is the picture, so that both say the same. */
export function Waterfall({ call, hops }: { call: InvocationDetail; hops: readonly Hop[] }) {
  const { t } = useTranslation('activity');
  const format = useFormats();
  const title = useId();
  const failed = call.outcome === 'ok' ? undefined : failingHop({ ...call, hops });
  const bars = barsOf(hops);
  const longest = hops.reduce(
    (best, hop) => (hop.ms > best.ms ? hop : best),
    hops[0] ?? { hop: 'tool', ms: 0 },
  );
  const show = (ms: number) => format.duration(ms < 10 ? Math.round(ms * 100) / 100 : Math.round(ms));
  return (
    <section aria-labelledby={title} className={styles['waterfall']}>
      <h3 id={title}>{t('hops.title')}</h3>
      <p className={styles['words']}>
        {t('hops.words', { hop: t(`hop.${longest.hop}`), time: show(longest.ms) })}
      </p>
      <table className={styles['table']}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('hops.hop')}</th>
            <th scope="col">{t('column.took')}</th>
            <th scope="col">{t('hops.bar')}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ hop, ms, from, to, rest }, index) => (
            <tr key={index} className={failed === hop ? styles['failed'] : undefined}>
              <th scope="row">
                {t(`hop.${hop}`)}
                {failed === hop && <span className={styles['mark']}>{t('hops.failedHere')}</span>}
              </th>
              <td className={styles['time']}>{show(ms)}</td>
              <td className={styles['track']}>
                <svg
                  aria-hidden="true"
                  viewBox="0 0 1000 10"
                  preserveAspectRatio="none"
                  className={classes(styles['bar'], styles[placeOf(hop)])}
                >
                  <rect x={from * 1000} width={Math.max(3, (to - from) * 1000)} height="10" />
                  {rest && <rect x={rest.from * 1000} width={(rest.to - rest.from) * 1000} height="10" />}
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bars.some(({ rest }) => rest) && <p className={styles['words']}>{t('hops.network')}</p>}
    </section>
  );
}
