import { ArrowDownToLine, ArrowUpFromLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PackageTransfer } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Id } from '../../../ui/id.tsx';
import { Card } from '../../../ui/page.tsx';
import { usePeers } from '../../peers/index.ts';
import styles from '../packages.module.css';
import { leftOf } from '../rules.ts';
import { useTransfers } from '../use-packages.ts';
import { InARow } from './in-a-row.tsx';
import { PieceBar } from './piece-bar.tsx';

type Peer = PackageTransfer['peers'][number];

/** What is fetched, or given away, at the moment; nothing where nothing moves. */
export function Transfers({ direction }: Pick<PackageTransfer, 'direction'>) {
  const { t } = useTranslation('packages');
  const { value } = useTransfers();
  const moving = (value?.items ?? []).filter((one) => one.state !== 'done' && one.direction === direction);
  if (moving.length === 0) return null;
  return (
    <Card title={t(`transfer.title.${direction}`)}>
      <ul className={styles['transfers']} aria-label={t(`transfer.title.${direction}`)}>
        {moving.map((transfer) => (
          <li key={transfer.cid}>
            <Transfer transfer={transfer} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** How far one package has come, where it is being fetched. */
export function TransferOf({ id, version }: { id: string; version: string }) {
  const { value } = useTransfers();
  const found = value?.items.find(
    (one) => one.direction === 'fetch' && one.id === id && one.version === version,
  );
  return found ? <Transfer transfer={found} /> : null;
}

const tones: Record<PackageTransfer['state'], Tone> = { active: 'busy', stalled: 'warn', done: 'ok' };

function Transfer({ transfer }: { transfer: PackageTransfer }) {
  const { t } = useTranslation('packages');
  const { direction, id, peers, state, version } = transfer;
  const Icon = direction === 'fetch' ? ArrowDownToLine : ArrowUpFromLine;
  const name = `${id.split('/').at(-1) ?? id} ${version}`;
  return (
    <div className={styles['transfer']}>
      <div className={styles['named']}>
        <Icon aria-hidden size="1.125rem" />
        <span className={styles['grow']}>
          {t(`transfer.${direction}`)} <bdi className={styles['strong']}>{name}</bdi>{' '}
          <Amounts transfer={transfer} />
        </span>
        <Badge tone={tones[state]}>{t(`transfer.state.${state}`)}</Badge>
      </div>
      {direction === 'fetch' && <Bar transfer={transfer} />}
      {state === 'stalled' && <p>{t('transfer.stalledWords')}</p>}
      {peers.length > 0 && (
        <details className={styles['soft']}>
          <summary>{t('transfer.peers', { count: peers.length })}</summary>
          <ul className={styles['disclosed']}>
            {peers.map((peer) => (
              <PeerLine key={peer.peer} peer={peer} stalled={state === 'stalled'} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** Whole seconds; tens of them beyond a minute: more would only flicker. */
const roundedLeft = (ms: number): number => {
  const step = ms < 60_000 ? 1000 : 10_000;
  return Math.max(1000, Math.ceil(ms / step) * step);
};

function Amounts({ transfer }: { transfer: PackageTransfer }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { bytes, direction, rate, total } = transfer;
  const left = direction === 'fetch' ? leftOf(transfer) : undefined;
  const amounts = { bytes: format.bytes(bytes), total: format.bytes(total) };
  const words = [
    direction === 'fetch' ? t('transfer.progress', amounts) : t('transfer.given', amounts),
    rate > 0 && t('transfer.rate', { amount: format.bytes(rate) }),
    left !== undefined && t('transfer.left', { time: format.duration(roundedLeft(left)) }),
  ].filter((text) => text !== false);
  return (
    <span className={styles['soft']}>
      <InARow facts={words} />
    </span>
  );
}

function Bar({ transfer }: { transfer: PackageTransfer }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { bytes, total } = transfer;
  const share = total > 0 ? Math.min(1, bytes / total) : 0;
  return <PieceBar transfer={transfer} label={t('transfer.bar', { share: format.percent(share) })} />;
}

const peerTones: Record<Peer['state'] | 'silent', Tone> = {
  active: 'ok',
  silent: 'waiting',
  cooling: 'waiting',
  banned: 'bad',
  given_up: 'off',
};

interface PeerLineProps {
  peer: Peer;
  /** Where nothing moves, nobody sends, whatever he was asked for. */
  stalled: boolean;
}

function PeerLine({ peer: { bytes, inFlight, peer, state: told }, stalled }: PeerLineProps) {
  const state = stalled && told === 'active' ? 'silent' : told;
  const { t } = useTranslation('packages');
  const format = useFormats();
  const known = usePeers();
  const name = known?.find(({ peerId }) => peerId === peer)?.displayName;
  return (
    <li className={styles['named']}>
      <span className={styles['grow']}>
        {name ? <bdi>{name}</bdi> : <Id value={peer} />} ·{' '}
        <span className={styles['soft']}>
          {format.bytes(bytes)} · {t('transfer.inFlight', { count: inFlight })}
        </span>
      </span>
      <Badge plain tone={peerTones[state]}>
        {t(`transfer.peer.${state}`)}
      </Badge>
    </li>
  );
}
