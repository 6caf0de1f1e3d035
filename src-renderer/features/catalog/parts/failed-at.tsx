import { ChevronRight, OctagonX } from 'lucide-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { type FailingHop, failingHop } from '#shared/features/relay/hops.ts';
import styles from './try-tool.module.css';

const stations = ['here', 'way', 'provider', 'server'] as const;
type Station = (typeof stations)[number];

/** Where on its way a person would look for each hop. */
const stationOf: Record<Exclude<FailingHop, 'client'>, Station> = {
  endpoint: 'here',
  check: 'here',
  verify: 'here',
  connect: 'way',
  network: 'way',
  remote: 'way',
  peerCheck: 'provider',
  peerQueue: 'provider',
  peerStart: 'server',
  peerTool: 'server',
  queue: 'server',
  start: 'server',
  tool: 'server',
};

/** The way of a call, with the place where it failed. Without a code the tool itself reported the error. */
export function FailedAt({ code, origin }: { code?: string; origin: 'local' | 'network' }) {
  const { t } = useTranslation('catalog');
  const hop = failingHop({ direction: origin === 'local' ? 'local' : 'outgoing', code });
  if (hop === 'client') return null;
  const failed = stationOf[hop];
  const way = stations.filter((one) => origin === 'network' || one === 'here' || one === 'server');
  return (
    <p className={styles['way']}>
      <span className="visually-hidden">{t('hop.failed', { place: t(`hop.${failed}`) })}</span>
      {way.map((station, index) => (
        <Fragment key={station}>
          {index > 0 && <ChevronRight aria-hidden size="1rem" />}
          <span aria-hidden className={station === failed ? styles['failed'] : undefined}>
            {station === failed && <OctagonX size="0.875rem" />}
            {t(`hop.${station}`)}
          </span>
        </Fragment>
      ))}
    </p>
  );
}
