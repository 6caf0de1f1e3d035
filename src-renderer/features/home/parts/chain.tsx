import { Bot, type LucideIcon, Server, Users, Wrench } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../../platform/formats.ts';
import { classes } from '../../../ui/classes.ts';
import { Mark } from '../../../ui/mark.tsx';
import { useNodeStatus } from '../../node/index.ts';
import styles from '../home.module.css';

interface Hop {
  key: 'clients' | 'tools' | 'servers' | 'peers';
  icon: LucideIcon;
  value: string;
  words: string;
  to?: string;
}

/** The way of a call in one picture: AI clients, this node, its tools, and where these live. */
export function Chain() {
  const { t } = useTranslation('home');
  const format = useFormats();
  const status = useNodeStatus();
  const number = (value: number | undefined) => (value === undefined ? '–' : format.number(value));
  const { servers, tools } = status ?? {};
  const hops: Hop[] = [
    {
      key: 'tools',
      icon: Wrench,
      value: number(tools?.catalog),
      words: t('chain.tools', { count: tools?.catalog ?? 0 }),
      to: '/catalog',
    },
    {
      key: 'servers',
      icon: Server,
      value: number(servers?.total),
      words: t('chain.servers', { count: servers?.total ?? 0 }),
      to: '/servers',
    },
    {
      key: 'peers',
      icon: Users,
      value: number(status?.peers),
      words: t('chain.peers', { count: status?.peers ?? 0 }),
    },
  ];
  return (
    <ol className={styles['chain']} aria-label={t('chain.label')}>
      <Stop>
        <Bot aria-hidden size="1.5rem" />
        <span>{t('chain.clients')}</span>
      </Stop>
      <Way />
      <Stop own>
        <Mark />
        <span>{t('chain.node')}</span>
      </Stop>
      <Way />
      {hops.map((hop, index) => (
        <Fragment key={hop.key}>
          {index > 0 && <li className={styles['and']} aria-hidden />}
          <Stop>
            <hop.icon aria-hidden size="1.25rem" />
            <strong>{hop.value}</strong>
            {hop.to ? <Link href={hop.to}>{hop.words}</Link> : <span>{hop.words}</span>}
          </Stop>
        </Fragment>
      ))}
    </ol>
  );
}

const Stop = ({ own, children }: { own?: boolean; children: ReactNode }) => (
  <li className={classes(styles['stop'], own && styles['own'])}>{children}</li>
);
const Way = () => (
  <li className={styles['way']} aria-hidden="true">
    <svg viewBox="0 0 48 8" preserveAspectRatio="none">
      <path d="M0 4h48" />
    </svg>
  </li>
);
