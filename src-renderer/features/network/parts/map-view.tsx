import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Split } from '../../../ui/split.tsx';
import styles from '../network.module.css';
import { countPaths, drawnPeers, type MarkedNetwork, pathKinds } from '../rules.ts';
import { NetworkMark } from './network-mark.tsx';
import { useMarkedNetworks } from './network-name.tsx';
import { pathIcons } from './path-badge.tsx';
import { PeersView } from './peers-view.tsx';
import { usePeerDetail } from './peer-detail.tsx';

/** Sigma and its graph are larger than all the rest of the page. */
const PeerMap = lazy(async () => ({ default: (await import('./peer-map.tsx')).PeerMap }));

export interface MapViewProps {
  peers: readonly PeerView[];
  open: string | undefined;
  /** The choice of a network, where there are several. */
  filter?: ReactNode;
}

/** The network as a picture, with a line that says the same. */
export function MapView({ peers, open, filter }: MapViewProps) {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  const [drawable] = useState(canDraw);
  const [text, setText] = useState('');
  const drawn = useMemo(() => drawnPeers(peers), [peers]);
  const detail = usePeerDetail(peers, open);
  const networks = useMarkedNetworks();
  if (!drawable)
    return (
      <>
        <Note>{t('map.noWebgl')}</Note>
        <PeersView peers={peers} open={open} text={text} onText={setText} filter={filter} />
      </>
    );
  return (
    <Split
      list={
        <figure className={styles['figure']} aria-label={t('map.label')}>
          <Suspense fallback={<Loading label={t('reading')} />}>
            <PeerMap
              peers={drawn}
              networks={networks}
              open={open}
              onOpen={(id) =>
                go(id === undefined ? '/network/map' : `/network/map/${encodeURIComponent(id)}`)
              }
            />
          </Suspense>
          <figcaption className={styles['caption']}>
            {filter && <div className={styles['filter']}>{filter}</div>}
            <Summary peers={peers} hidden={peers.filter(({ blocked }) => !blocked).length - drawn.length} />
            <Legend />
            {networks.length > 0 && <NetworksLegend networks={networks} />}
          </figcaption>
        </figure>
      }
      detail={detail}
      onClose={() => go('/network/map')}
    />
  );
}

function Summary({ peers, hidden }: { peers: readonly PeerView[]; hidden: number }) {
  const { t } = useTranslation('network');
  const counts = countPaths(peers);
  const count = counts.lan + counts.direct + counts.relayed;
  return (
    <p>
      {count === 0 ? t('map.none') : t('map.summary', { count, ...counts })}
      {hidden > 0 && ` ${t('map.more', { count: hidden })}`}
    </p>
  );
}

function Legend() {
  const { t } = useTranslation('network');
  return (
    <ul className={styles['legend']} aria-label={t('map.legend')}>
      {pathKinds.map((kind) => {
        const Icon = pathIcons[kind];
        return (
          <li key={kind}>
            <span className={`${styles['sign']} ${styles[kind]}`}>
              <Icon aria-hidden size="0.875rem" />
            </span>
            {t(`path.${kind}`)}
          </li>
        );
      })}
    </ul>
  );
}

function NetworksLegend({ networks }: { networks: readonly MarkedNetwork[] }) {
  const { t } = useTranslation('network');
  return (
    <ul className={styles['legend']} aria-label={t('map.networks')}>
      {networks.map(({ id, mark, name }) => (
        <li key={id}>
          <NetworkMark mark={mark} />
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** Whether this window can draw the map at all. */
function canDraw(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
