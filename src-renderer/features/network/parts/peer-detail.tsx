import { Ban, KeyRound, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Facts, Inline } from '../../../ui/page.tsx';
import { AskButton } from '../../asking/index.ts';
import { BlockDialog, PeerStates, usePeerActions } from '../../peers/index.ts';
import styles from '../network.module.css';
import { type MarkedNetwork, networksOfPeer, shownPath } from '../rules.ts';
import { LatencyChart } from './latency-chart.tsx';
import { NetworkMark } from './network-mark.tsx';
import { useMarkedNetworks } from './network-name.tsx';
import { PathBadge } from './path-badge.tsx';

/** The opened peer as `Split` shows it. */
export function usePeerDetail(peers: readonly PeerView[], open: string | undefined) {
  const { t } = useTranslation(['network', 'peers']);
  if (open === undefined) return undefined;
  const peer = peers.find(({ peerId }) => peerId === open);
  return {
    id: open,
    title: <bdi>{peer ? peer.displayName || t('peers:nameless') : open}</bdi>,
    content: peer ? <PeerDetail key={open} peer={peer} /> : <p>{t('detail.gone')}</p>,
  };
}

function PeerDetail({ peer }: { peer: PeerView }) {
  const { t } = useTranslation(['network', 'peers']);
  const [blocking, setBlocking] = useState<PeerView>();
  const actions = usePeerActions(peer, () => setBlocking(peer));
  return (
    <>
      <div className={styles['badges']}>
        <PeerStates peer={peer} />
      </div>
      <Inline>
        <Access peer={peer} />
        {actions.map(({ id, label, icon, danger, run }) => (
          <Button
            key={id}
            size="small"
            look={danger ? 'danger' : 'secondary'}
            icon={icon ?? Ban}
            onPress={run}
          >
            {label}
          </Button>
        ))}
      </Inline>
      <Tools peer={peer} />
      <ConnectionFacts peer={peer} />
      {peer.providerId && <CopyField label={t('detail.provider')} value={peer.providerId} />}
      <CopyField label={t('detail.peer')} value={peer.peerId} />
      {peer.addresses.map((address, index) => (
        <CopyField key={address} label={t('self.address', { number: index + 1 })} value={address} />
      ))}
      <BlockDialog peer={blocking} onClose={() => setBlocking(undefined)} />
    </>
  );
}

/** Access goes both ways: what he lets this node call, and what it lets him. */
function Access({ peer: { blocked, connected, displayName, providerId } }: { peer: PeerView }) {
  const { t } = useTranslation('access');
  const [, go] = useLocation();
  if (!providerId || blocked) return null;
  return (
    <>
      {connected && <AskButton provider={providerId} providerName={displayName} />}
      <Button size="small" icon={KeyRound} onPress={() => go(`/access/give/${providerId}`)}>
        {t('give.open')}
      </Button>
    </>
  );
}

function Tools({ peer }: { peer: PeerView }) {
  const { t } = useTranslation('network');
  if (!peer.providerId || peer.blocked) return null;
  if (!peer.tools) return <p className={styles['soft']}>{t('detail.noTools')}</p>;
  const view = `+${new URLSearchParams({ provider: peer.providerId }).toString()}`;
  return (
    <Link href={`/catalog/${view}`} className={styles['go']}>
      <Wrench aria-hidden size="1rem" />
      {t('detail.tools', { count: peer.tools })}
    </Link>
  );
}

function ConnectionFacts({ peer }: { peer: PeerView }) {
  const { t } = useTranslation('network');
  const met = networksOfPeer(useMarkedNetworks(), peer);
  const format = useFormats();
  const { clock } = useNodeLink();
  const clockText = useClockText();
  if (!peer.connected)
    return (
      <Facts
        items={[
          peer.lastSeenAt !== undefined && {
            label: t('detail.lastSeen'),
            value: format.ago(peer.lastSeenAt, clock.now()),
          },
        ]}
      />
    );
  return (
    <Facts
      items={[
        met.length > 0 && { label: t('detail.networks'), value: <NetworksOfPeer met={met} /> },
        { label: t('detail.path'), value: <PathBadge path={shownPath(peer)} /> },
        peer.transport && { label: t('detail.transport'), value: t(`transport.${peer.transport}`) },
        peer.encryption !== undefined && {
          label: t('detail.encryption'),
          value: <bdi>{peer.encryption.toUpperCase()}</bdi>,
        },
        peer.latencyMs !== undefined && { label: t('detail.latency'), value: <Latency peer={peer} /> },
        peer.direction && { label: t('detail.direction'), value: t(`detail.${peer.direction}`) },
        peer.connectedAt !== undefined && {
          label: t('detail.since'),
          value: format.when(peer.connectedAt, clock.now()),
        },
        peer.agent !== undefined && { label: t('detail.agent'), value: <bdi>{peer.agent}</bdi> },
        peer.version !== undefined && { label: t('detail.protocol'), value: format.number(peer.version) },
        peer.sentBytes !== undefined && {
          label: t('detail.traffic'),
          value: t('detail.trafficValue', {
            sent: format.bytes(peer.sentBytes),
            received: format.bytes(peer.receivedBytes ?? 0),
          }),
        },
        peer.clockAheadMs !== undefined && { label: t('detail.clock'), value: clockText(peer.clockAheadMs) },
      ]}
    />
  );
}

/** Less than this is the way that the greeting took, and nobody's clock. */
const CLOCK_TOLERANCE_MS = 2000;

function useClockText(): (aheadMs: number) => string {
  const { t } = useTranslation('network');
  const format = useFormats();
  return (aheadMs) => {
    if (Math.abs(aheadMs) < CLOCK_TOLERANCE_MS) return t('detail.clockRight');
    const time = format.duration(Math.abs(aheadMs));
    return aheadMs > 0 ? t('detail.clockAhead', { time }) : t('detail.clockBehind', { time });
  };
}

function Latency({ peer }: { peer: PeerView }) {
  const { t } = useTranslation('network');
  const format = useFormats();
  const history = peer.latencies ?? [];
  if (peer.latencyMs === undefined) return null;
  const now = format.duration(peer.latencyMs);
  if (history.length < 2) return now;
  const words = t('detail.latencyRange', {
    least: format.duration(Math.min(...history)),
    most: format.duration(Math.max(...history)),
  });
  return (
    <span className={styles['latency']}>
      <span>{now}</span>
      <LatencyChart values={history} />
      <span className={styles['soft']}>{words}</span>
    </span>
  );
}

/** The networks in which a peer is met, with the signs that they have on the map. */
const NetworksOfPeer = ({ met }: { met: readonly MarkedNetwork[] }) => (
  <ul className={styles['legend']}>
    {met.map(({ id, mark, name }) => (
      <li key={id}>
        <NetworkMark mark={mark} />
        <bdi>{name}</bdi>
      </li>
    ))}
  </ul>
);
