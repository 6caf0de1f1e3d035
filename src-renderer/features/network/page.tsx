import { LogIn, UserPlus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Inline, Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { FleetView } from '../fleet/index.ts';
import { ProtocolView } from '../governance/index.ts';
import { usePeers } from '../peers/index.ts';
import styles from './network.module.css';
import { Contradictions } from './parts/contradictions.tsx';
import { ConnectionDoctor } from './parts/doctor.tsx';
import { InviteDialog } from './parts/invite-dialog.tsx';
import { JoinDialog } from './parts/join.tsx';
import { MapView } from './parts/map-view.tsx';
import { NetworkFilter } from './parts/network-filter.tsx';
import { PeersView } from './parts/peers-view.tsx';
import { ThisNode } from './parts/this-node.tsx';
import { inNetwork, type View, viewOf, views } from './rules.ts';

export interface NetworkPageProps {
  /** `map`, `peers`, `nodes`, `doctor`, `protocol`, `self`; `invite` and `join` open their dialogs over the map. */
  view?: string | undefined;
  /** A peer id beside map and table; `add`, `join` or a code beside `nodes`; a proposal beside `protocol`; a code beside `join`; a network’s id beside `invite`. */
  id?: string | undefined;
}

export function NetworkPage({ view, id }: NetworkPageProps) {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  const shown = viewOf(view);
  const close = () => go('/network');
  return (
    <Page title={t('title')} lead={t('lead')} actions={<Actions />}>
      <Contradictions />
      <Tabs
        label={t('views')}
        selected={shown}
        onSelect={(next: View) => go(`/network/${next}`)}
        items={views.map((one) => ({
          id: one,
          label: t(`view.${one}`),
          content: one === shown && <Content view={one} id={view === shown ? id : undefined} />,
        }))}
      />
      <InviteDialog isOpen={view === 'invite'} network={id} onClose={close} />
      <JoinDialog isOpen={view === 'join'} code={view === 'join' ? id : undefined} onClose={close} />
    </Page>
  );
}

function Actions() {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  return (
    <Inline>
      <Button icon={LogIn} onPress={() => go('/network/join')}>
        {t('join.open')}
      </Button>
      <Button look="primary" icon={UserPlus} onPress={() => go('/network/invite')}>
        {t('invite.open')}
      </Button>
    </Inline>
  );
}

function Content({ view, id }: { view: View; id: string | undefined }) {
  const { t } = useTranslation('network');
  const peers = usePeers();
  /** Kept here, so that a look at a peer does not begin the search anew. */
  const [text, setText] = useState('');
  const [network, setNetwork] = useState('any');
  if (view === 'doctor') return <ConnectionDoctor />;
  if (view === 'self') return <ThisNode />;
  if (view === 'nodes')
    return (
      <Suspense fallback={<Loading label={t('reading')} />}>
        <FleetView {...openedWith(id)} />
      </Suspense>
    );
  if (view === 'protocol')
    return (
      <Suspense fallback={<Loading label={t('reading')} />}>
        <ProtocolView id={id} />
      </Suspense>
    );
  if (!peers) return <Loading label={t('reading')} />;
  if (peers.length === 0) return <Alone />;
  const shown = inNetwork(peers, network);
  const filter = <NetworkFilter value={network} onChange={setNetwork} />;
  return (
    <div className={styles['view']}>
      {view === 'map' ? (
        <MapView peers={shown} open={id} filter={filter} />
      ) : (
        <PeersView peers={shown} open={id} text={text} onText={setText} filter={filter} />
      )}
    </div>
  );
}

/** `add` and `join` open their dialogs, anything else is a code to join with. */
function openedWith(id: string | undefined): { dialog?: string; code?: string } {
  if (id === undefined || id === 'add' || id === 'join') return id ? { dialog: id } : {};
  return { dialog: 'join', code: id };
}

/** The first question to a node that knows nobody. */
function Alone() {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  return (
    <EmptyState
      picture="peers"
      title={t('alone.title')}
      action={
        <Inline>
          <Button look="primary" icon={LogIn} onPress={() => go('/network/join')}>
            {t('alone.join')}
          </Button>
          <Button icon={UserPlus} onPress={() => go('/network/invite')}>
            {t('alone.invite')}
          </Button>
        </Inline>
      }
    >
      {t('alone.words')}
    </EmptyState>
  );
}
