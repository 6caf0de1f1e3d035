import { Ban, Link2, Pin, PinOff, ShieldCheck, Unplug } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { faultOf, useFaultText } from '../../../platform/faults.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Id } from '../../../ui/id.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu, type MenuAction } from '../../../ui/menu.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { usePeers } from '../store.ts';
import { byImportance, idOf } from '../rules.ts';
import { ConnectPeerDialog } from './connect-peer-dialog.tsx';

/** Rows shown before the person asks for all. */
const FIRST_ROWS = 8;

export function PeersCard() {
  const { t } = useTranslation('peers');
  const peers = usePeers();
  const [connecting, setConnecting] = useState(false);
  const connect = (
    <Button icon={Link2} onPress={() => setConnecting(true)}>
      {t('connect.open')}
    </Button>
  );
  return (
    <Card title={t('title')} lead={t('lead')} actions={peers && peers.length > 0 && connect}>
      {!peers ? (
        <Loading label={t('reading')} />
      ) : peers.length === 0 ? (
        <EmptyState picture="peers" title={t('empty.title')} action={connect}>
          {t('empty.words')}
        </EmptyState>
      ) : (
        <Rows peers={peers} />
      )}
      <ConnectPeerDialog isOpen={connecting} onClose={() => setConnecting(false)} />
    </Card>
  );
}

function Rows({ peers }: { peers: PeerView[] }) {
  const { t } = useTranslation('peers');
  const [all, setAll] = useState(false);
  const [blocking, setBlocking] = useState<PeerView>();
  const shown = byImportance(peers).slice(0, all ? undefined : FIRST_ROWS);
  return (
    <>
      <List label={t('title')}>
        {shown.map((peer) => (
          <PeerRow key={idOf(peer)} peer={peer} onBlock={() => setBlocking(peer)} />
        ))}
      </List>
      {shown.length < peers.length && (
        <div>
          <Button size="small" look="quiet" onPress={() => setAll(true)}>
            {t('showAll', { count: peers.length })}
          </Button>
        </div>
      )}
      <BlockDialog peer={blocking} onClose={() => setBlocking(undefined)} />
    </>
  );
}

function PeerRow({ peer, onBlock }: { peer: PeerView; onBlock(): void }) {
  const { t } = useTranslation('peers');
  const name = peer.displayName || t('nameless');
  const actions = usePeerActions(peer, onBlock);
  return (
    <ListRow
      title={name}
      sub={<Sub peer={peer} />}
      states={<States peer={peer} />}
      actions={<Menu label={t('actions', { name })} actions={actions} />}
    />
  );
}

function Sub({ peer }: { peer: PeerView }) {
  const { t } = useTranslation('peers');
  const format = useFormats();
  const { clock } = useNodeLink();
  return (
    <>
      <Id value={idOf(peer)} />
      {!peer.connected && peer.lastSeenAt !== undefined && (
        <> · {t('lastSeen', { when: format.ago(peer.lastSeenAt, clock.now()) })}</>
      )}
    </>
  );
}

function States({ peer }: { peer: PeerView }) {
  const { t } = useTranslation('peers');
  const format = useFormats();
  if (peer.blocked) return <Badge tone="off">{t('state.blocked')}</Badge>;
  return (
    <>
      {peer.known && (
        <Badge tone="info" icon={ShieldCheck}>
          {t('state.known')}
        </Badge>
      )}
      {peer.connected ? (
        <Badge tone="ok">
          {peer.latencyMs === undefined
            ? t('state.connected')
            : t('state.connectedIn', { latency: format.duration(Math.round(peer.latencyMs)) })}
        </Badge>
      ) : (
        <Badge tone="idle">{t('state.away')}</Badge>
      )}
    </>
  );
}

/** What can be done with a peer; an outcome is told in a toast, since the menu is gone by then. */
function usePeerActions(peer: PeerView, onBlock: () => void): MenuAction[] {
  const { t } = useTranslation('peers');
  const { node } = useNodeLink();
  const toasts = useToasts();
  const words = useFaultText();
  const id = idOf(peer);
  const attempt = (run: () => Promise<unknown>, said: string) => () => {
    run().then(
      () => toasts.say(said),
      (error: unknown) => toasts.warn(words(faultOf(error)).message),
    );
  };
  const name = peer.displayName || t('nameless');
  if (peer.blocked) {
    const run = attempt(() => node['peers.unblock']({ id }), t('unblocked', { name }));
    return [{ id: 'unblock', label: t('unblock'), icon: ShieldCheck, run }];
  }
  const { providerId } = peer;
  const pin: MenuAction[] = providerId
    ? [
        {
          id: 'known',
          label: peer.known ? t('forget') : t('pin'),
          icon: peer.known ? PinOff : Pin,
          run: attempt(
            () => node['peers.setKnown']({ providerId, known: !peer.known }),
            peer.known ? t('forgotten', { name }) : t('pinned', { name }),
          ),
        },
      ]
    : [];
  const disconnect: MenuAction[] = peer.connected
    ? [
        {
          id: 'disconnect',
          label: t('disconnect'),
          icon: Unplug,
          run: attempt(() => node['peers.disconnect']({ id }), t('disconnected', { name })),
        },
      ]
    : [];
  return [
    ...pin,
    ...disconnect,
    { id: 'block', label: t('block.open'), icon: Ban, danger: true, run: onBlock },
  ];
}

function BlockDialog({ peer, onClose }: { peer: PeerView | undefined; onClose(): void }) {
  const { t } = useTranslation('peers');
  const { node } = useNodeLink();
  const toasts = useToasts();
  const name = peer?.displayName || t('nameless');
  return (
    <ConfirmDialog
      title={t('block.title', { name })}
      isOpen={peer !== undefined}
      onClose={onClose}
      confirmLabel={t('block.confirm')}
      onConfirm={async () => {
        if (!peer) return;
        await node['peers.block']({ id: idOf(peer) });
        toasts.say(t('blocked', { name }));
      }}
    >
      <p>{t('block.words')}</p>
    </ConfirmDialog>
  );
}
