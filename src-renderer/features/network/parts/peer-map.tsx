/**
 * The map: sigma draws the lines, and every node is a real button above them, so that keyboard, screen readers, forced
 * colours and right-to-left text work as everywhere else. Heavy: import it lazily.
 */
import { UndirectedGraph } from 'graphology';
import layout from 'graphology-layout-forceatlas2';
import { Minus, Plus, ScanSearch, Waypoints } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocale } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Sigma } from 'sigma';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { IconButton } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import styles from '../network.module.css';
import { firstPlaces, type MarkedNetwork, networksOfPeer, type ShownPath, shownPath } from '../rules.ts';
import { NetworkMark } from './network-mark.tsx';
import { pathIcons } from './path-badge.tsx';

/** The package's types speak of an ES module; it is the function itself. */
const forceAtlas2 = layout as unknown as typeof layout.default;

const SELF = 'self';
/** Rounds of the layout; the forces have come to rest by then. */
const ROUNDS = 120;
const ZOOM = 1.4;

/** Which colour of the theme a line has, and how thick it is: the nearer, the thicker. */
const lines: Record<ShownPath, { colour: string; size: number }> = {
  lan: { colour: '--ok', size: 7 },
  direct: { colour: '--info', size: 4.5 },
  relayed: { colour: '--warn', size: 3 },
  away: { colour: '--line', size: 2.5 },
};

export interface PeerMapProps {
  peers: readonly PeerView[];
  /** With their signs; none where there is only one. */
  networks: readonly MarkedNetwork[];
  open: string | undefined;
  onOpen(id: string | undefined): void;
}

export function PeerMap({ peers, networks, open, onOpen }: PeerMapProps) {
  const { t } = useTranslation('network');
  const { direction } = useLocale();
  const { clock } = useNodeLink();
  const frame = useRef<HTMLDivElement>(null);
  const buttons = useRef(new Map<string, HTMLElement>());
  const sigma = useRef<Sigma>(undefined);
  const [zoomed, setZoomed] = useState(0);
  /** Another map only where other peers, or other paths, are to be drawn: a new round trip moves nothing. */
  const shape = peers.map((peer) => `${peer.peerId} ${shownPath(peer)} ${peer.providerId ?? ''}`).join('\n');
  // oxlint-disable-next-line react/exhaustive-deps -- `shape` holds all of the peers that the layout rests on.
  const graph = useMemo(() => layOut(peers, direction === 'rtl'), [shape, direction]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const renderer = new Sigma(graph, element, {
      renderLabels: false,
      enableEdgeEvents: false,
      allowInvalidContainer: true,
      stagePadding: 56,
      zoomDuration: 0,
      inertiaDuration: 0,
      // A dot beneath each button: sigma hides the lines of nodes that it hides.
      nodeReducer: (_node, place) => ({ ...place, size: 1, color: colourOf(element, '--line') }),
      edgeReducer: (_edge, { path }: { path?: ShownPath }) => ({
        color: colourOf(element, lines[path ?? 'away'].colour),
        size: lines[path ?? 'away'].size,
      }),
    });
    sigma.current = renderer;
    const place = () => {
      for (const [id, button] of buttons.current) {
        if (!graph.hasNode(id)) continue;
        const { x, y } = graph.getNodeAttributes(id) as { x: number; y: number };
        const at = renderer.graphToViewport({ x, y });
        button.style.transform = `translate(${at.x}px, ${at.y}px) translate(-50%, -1.125rem)`;
      }
    };
    renderer.on('afterRender', place);
    place();
    // Nodes are buttons here: nobody asks the graphics card what lies beneath the pointer.
    Object.assign(renderer, { getNodeAtPosition: () => null });
    // The wheel scrolls the page; with Ctrl it brings the map closer, as it does with every picture.
    const scroll = (event: WheelEvent) => {
      if (!event.ctrlKey) event.stopPropagation();
    };
    element.addEventListener('wheel', scroll, { capture: true });
    const resized = new ResizeObserver(() => {
      renderer.resize();
      renderer.refresh();
    });
    resized.observe(element);
    // Colours are drawn into the picture: another theme is another picture, once its colours are in place.
    const repaint = () => void clock.after(0, () => sigma.current?.refresh());
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', repaint);
    return () => {
      element.removeEventListener('wheel', scroll, { capture: true });
      resized.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', repaint);
      renderer.kill();
      sigma.current = undefined;
    };
  }, [graph, clock, zoomed]);

  const zoom = (factor: number) => {
    const camera = sigma.current?.getCamera();
    camera?.setState({ ratio: Math.min(4, Math.max(0.2, camera.ratio / factor)) });
  };
  const note = (id: string) => (element: HTMLElement | null) => {
    if (element) buttons.current.set(id, element);
    else buttons.current.delete(id);
  };
  return (
    <div className={styles['map']}>
      {/* The picture itself says nothing that the buttons and the caption do not. */}
      <div ref={frame} className={styles['canvas']} dir="ltr" aria-hidden="true" />
      <ul className={styles['nodes']} aria-label={t('map.label')}>
        <li>
          <span ref={note(SELF)} className={classes(styles['node'], styles['self'])}>
            <span className={styles['sign']}>
              <Waypoints aria-hidden size="1.125rem" />
            </span>
            <span className={styles['name']}>{t('map.you')}</span>
          </span>
        </li>
        {peers.map((peer) => (
          <li key={peer.peerId}>
            <PeerButton
              peer={peer}
              networks={networksOfPeer(networks, peer)}
              isOpen={open === peer.peerId}
              elementRef={note(peer.peerId)}
              onPress={() => onOpen(open === peer.peerId ? undefined : peer.peerId)}
            />
          </li>
        ))}
      </ul>
      <div className={styles['zoom']}>
        <IconButton icon={Plus} label={t('map.zoomIn')} onPress={() => zoom(ZOOM)} />
        <IconButton icon={Minus} label={t('map.zoomOut')} onPress={() => zoom(1 / ZOOM)} />
        <IconButton icon={ScanSearch} label={t('map.whole')} onPress={() => setZoomed((now) => now + 1)} />
      </div>
    </div>
  );
}

interface PeerButtonProps {
  peer: PeerView;
  networks: readonly MarkedNetwork[];
  isOpen: boolean;
  elementRef(element: HTMLButtonElement | null): void;
  onPress(): void;
}

function PeerButton({ peer, networks, isOpen, elementRef, onPress }: PeerButtonProps) {
  const { t } = useTranslation(['network', 'peers']);
  const format = useFormats();
  const path = shownPath(peer);
  const Icon = pathIcons[path];
  const name = peer.displayName || t('peers:nameless');
  const facts = { name, path: t(`path.${path}`) };
  const isMeasured = peer.connected && peer.latencyMs !== undefined;
  const told = isMeasured
    ? t('map.nodeLatency', { ...facts, latency: format.duration(peer.latencyMs as number) })
    : t('map.node', facts);
  const label =
    networks.length > 0
      ? t('map.nodeIn', { node: told, networks: format.list(networks.map((network) => network.name)) })
      : told;
  return (
    <button
      ref={elementRef}
      type="button"
      className={classes(styles['node'], styles[path], isOpen && styles['chosen'])}
      aria-label={label}
      aria-pressed={isOpen}
      onClick={onPress}
    >
      <span className={styles['sign']}>
        <Icon aria-hidden size="1rem" />
        {networks.length > 0 && (
          <span className={styles['marks']}>
            {networks.map(({ id, mark }) => (
              <NetworkMark key={id} mark={mark} />
            ))}
          </span>
        )}
      </span>
      <bdi className={styles['name']}>{name}</bdi>
    </button>
  );
}

/** Peers around this node, those of one provider near each other. The same peers always lie alike. */
function layOut(peers: readonly PeerView[], mirrored: boolean): UndirectedGraph {
  const graph = new UndirectedGraph();
  const places = firstPlaces(peers);
  graph.addNode(SELF, { x: 0, y: 0, fixed: true });
  const firstOf = new Map<string, string>();
  for (const peer of peers) {
    const { peerId, providerId } = peer;
    graph.addNode(peerId, { ...places.get(peerId) });
    const path = shownPath(peer);
    graph.addEdge(SELF, peerId, { path, weight: path === 'lan' ? 2 : path === 'away' ? 0.4 : 1 });
    const sibling = providerId && firstOf.get(providerId);
    if (sibling) graph.addEdge(sibling, peerId, { path: 'away', weight: 2 });
    else if (providerId) firstOf.set(providerId, peerId);
  }
  if (peers.length > 2)
    forceAtlas2.assign(graph, {
      iterations: ROUNDS,
      settings: {
        ...forceAtlas2.inferSettings(graph),
        edgeWeightInfluence: 0.5,
        strongGravityMode: true,
        gravity: 0.05,
      },
    });
  if (mirrored) graph.updateEachNodeAttributes((_node, place) => ({ ...place, x: -(place['x'] as number) }));
  return graph;
}

/** What a colour of the theme comes to here and now: WebGL knows no custom properties. */
function colourOf(element: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
