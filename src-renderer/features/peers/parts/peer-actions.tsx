import { Ban, Pin, PinOff, ShieldCheck, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { faultOf, useFaultText } from '../../../platform/faults.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import type { MenuAction } from '../../../ui/menu.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { idOf } from '../rules.ts';

/** What can be done with a peer; an outcome is told in a toast, since the menu is gone by then. */
export function usePeerActions(peer: PeerView, onBlock: () => void): MenuAction[] {
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

/** How a peer stands to us and to the network, in badges; `brief` where its round trip stands beside it. */
export function PeerStates({ peer, brief = false }: { peer: PeerView; brief?: boolean }) {
  const { t } = useTranslation(['peers', 'network']);
  const format = useFormats();
  if (peer.blocked) return <Badge tone="off">{t('state.blocked')}</Badge>;
  return (
    <>
      {peer.known && (
        <Badge tone="info" icon={ShieldCheck}>
          {t('state.known')}
        </Badge>
      )}
      {!peer.connected ? (
        <Badge tone="idle">{t('state.away')}</Badge>
      ) : peer.paused ? (
        <Badge tone="waiting">{t('network:paused')}</Badge>
      ) : (
        <Badge tone="ok">
          {brief || peer.latencyMs === undefined
            ? t('state.connected')
            : t('state.connectedIn', { latency: format.duration(Math.round(peer.latencyMs)) })}
        </Badge>
      )}
    </>
  );
}

/** Asks before a peer is shut out. */
export function BlockDialog({ peer, onClose }: { peer: PeerView | undefined; onClose(): void }) {
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
