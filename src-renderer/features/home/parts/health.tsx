import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useConnection } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { classes } from '../../../ui/classes.ts';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useConditions, useNodeStatus } from '../../node/index.ts';
import { type Health, type HealthPart, healthOf, worstOf } from '../rules.ts';
import styles from './health.module.css';
import { SharingPause } from './sharing-pause.tsx';

const paths: Record<HealthPart, string> = {
  node: '/settings',
  network: '/network',
  servers: '/servers',
  clients: '/clients',
};

/** How the four parts of a node are doing: a ring at a glance, and the same in words. */
export function HealthCard({ clients }: { clients: number | undefined }) {
  const { t } = useTranslation('home');
  const status = useNodeStatus();
  const conditions = useConditions();
  const { phase } = useConnection();
  const parts = healthOf({ phase, status, conditions, clients });
  return (
    <Card title={t('health.title')} actions={<SharingPause />}>
      {parts.length === 0 ? (
        <Loading label={t('health.reading')} />
      ) : (
        <div className={styles['health']}>
          <Ring parts={parts} />
          <ul className={styles['parts']} aria-label={t('health.title')}>
            {parts.map((health) => (
              <li key={health.part}>
                <Link href={paths[health.part]}>{t(`health.part.${health.part}`)}</Link>
                <Badge tone={health.tone}>
                  <Words health={health} />
                </Badge>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function Words({ health }: { health: Health }) {
  const { t } = useTranslation('home');
  switch (health.part) {
    case 'node':
      return t(`health.state.node.${health.state}`);
    case 'network':
      return t(`health.state.network.${health.state}`, { count: health.count });
    case 'servers':
      return t(`health.state.servers.${health.state}`, { count: health.count });
    case 'clients':
      return t(`health.state.clients.${health.state}`, { count: health.count });
  }
}

/** Units around the ring; each part has a quarter, less a gap. */
const ROUND = 100;
const GAP = 3;

/** Told by shape as well: a whole arc is well, a thin one rests, a broken one needs somebody. */
function Ring({ parts }: { parts: readonly Health[] }) {
  const { t } = useTranslation('home');
  const quarter = ROUND / parts.length;
  return (
    <div className={styles['ring']}>
      <svg viewBox="0 0 96 96" aria-hidden="true">
        {parts.map(({ part, tone }, index) => (
          <circle
            key={part}
            className={classes(styles['arc'], styles[tone])}
            cx="48"
            cy="48"
            r="40"
            pathLength={ROUND}
            strokeDasharray={dashes(tone, quarter - GAP)}
            strokeDashoffset={-(index * quarter + GAP / 2)}
          />
        ))}
      </svg>
      <p>{t(`health.whole.${worstOf(parts)}`)}</p>
    </div>
  );
}

/** An arc of this length, in pieces where something is wrong. */
function dashes(tone: Health['tone'], length: number): string {
  const pieces = tone === 'bad' ? 5 : tone === 'warn' ? 3 : 1;
  const piece = length / (pieces * 2 - 1);
  return `${Array.from({ length: pieces * 2 - 1 }, () => piece).join(' ')} ${ROUND}`;
}
