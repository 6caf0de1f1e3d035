import { Bot, House, type LucideIcon, Plug, Router, Server, Users, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../../platform/formats.ts';
import { classes } from '../../../ui/classes.ts';
import { Mark } from '../../../ui/mark.tsx';
import { Card } from '../../../ui/page.tsx';
import { useConditions, useNodeStatus } from '../../node/index.ts';
import { usePeers } from '../../peers/index.ts';
import { outwardOf } from '../rules.ts';
import styles from './paths.module.css';

/** Two ways in one picture: from an AI client to a tool, and from this machine to its peers. */
export function PathsCard({ clients }: { clients: number | undefined }) {
  const { t } = useTranslation('home');
  return (
    <Card title={t('paths.title')}>
      <div className={styles['paths']}>
        <Inward clients={clients} />
        <Outward />
      </div>
    </Card>
  );
}

function Inward({ clients }: { clients: number | undefined }) {
  const { t } = useTranslation('home');
  const format = useFormats();
  const status = useNodeStatus();
  const number = (value: number | undefined) => (value === undefined ? '–' : format.number(value));
  return (
    <ol className={styles['path']} aria-label={t('paths.inward')}>
      <Stop icon={Bot} to="/clients" title={t('paths.clients')} broken={clients === 0}>
        {clients !== undefined && t('paths.connected', { count: clients })}
      </Stop>
      <Stop icon={Plug} title={t('paths.endpoint')}>
        <bdi dir="ltr">{status ? hostOf(status.mcpUrl) : '–'}</bdi>
      </Stop>
      <Stop own title={t('paths.node')} />
      <Stop icon={Wrench} to="/catalog" title={t('paths.tools')}>
        {number(status?.tools.catalog)}
      </Stop>
      <Stop icon={Server} to="/servers" title={t('paths.servers')}>
        {number(status?.servers.total)}
      </Stop>
    </ol>
  );
}

function Outward() {
  const { t } = useTranslation('home');
  const format = useFormats();
  const status = useNodeStatus();
  const conditions = useConditions();
  const peers = usePeers();
  const { reach, proven, peers: ways, total } = outwardOf(status?.addresses ?? [], peers ?? []);
  const paused = conditions?.sharing === 'paused';
  const kinds = (['direct', 'lan', 'relayed'] as const)
    .filter((kind) => ways[kind] > 0)
    .map((kind) => t(`paths.way.${kind}`, { count: ways[kind] }));
  return (
    <ol className={styles['path']} aria-label={t('paths.outward')}>
      <Stop icon={House} title={t('paths.you')}>
        {paused ? t('paths.paused') : t('paths.serving')}
      </Stop>
      <Stop icon={Router} to="/network/doctor" title={t('paths.router')} broken={reach === 'machine'}>
        {t(proven ? 'paths.reach.proven' : `paths.reach.${reach}`)}
      </Stop>
      <Stop icon={Users} to="/network" title={t('paths.peers')} broken={total === 0}>
        {kinds.length > 0 ? format.list(kinds) : t('paths.connected', { count: total })}
      </Stop>
    </ol>
  );
}

interface StopProps {
  title: string;
  icon?: LucideIcon;
  to?: string;
  /** This node itself. */
  own?: boolean;
  /** The way does not lead here now. */
  broken?: boolean;
  children?: ReactNode;
}

const Stop = ({ title, icon: Icon, to, own, broken, children }: StopProps) => (
  <li className={classes(styles['stop'], own && styles['own'], broken && styles['broken'])}>
    <span className={styles['picture']}>{Icon ? <Icon aria-hidden size="1.25rem" /> : <Mark />}</span>
    <span className={styles['words']}>
      {to ? <Link href={to}>{title}</Link> : <strong>{title}</strong>}
      {children !== undefined && children !== false && <span className={styles['sub']}>{children}</span>}
    </span>
  </li>
);

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
