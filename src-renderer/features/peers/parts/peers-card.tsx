import { Link2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Id } from '../../../ui/id.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Card } from '../../../ui/page.tsx';
import { onDemand } from '../../../ui/on-demand.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { usePeers } from '../store.ts';
import { byImportance, idOf } from '../rules.ts';
import { BlockDialog, PeerStates, usePeerActions } from './peer-actions.tsx';

const ConnectPeerDialog = onDemand(async () => (await import('./connect-peer-dialog.tsx')).ConnectPeerDialog);

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
      states={<PeerStates peer={peer} />}
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
