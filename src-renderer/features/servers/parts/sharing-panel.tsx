import { Share2, ShieldOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { usePeers } from '../../peers/index.ts';
import { useServers } from '../store.ts';
import { ShareDialog } from './share-dialog.tsx';

/** Who can call this server, in words, and the ways to change that. */
export function SharingPanel({ server }: { server: ServerView }) {
  const { t } = useTranslation('sharing');
  const share = useServers((state) => state.shares.get(server.name));
  const [sharing, setSharing] = useState(false);
  const open = (
    <Button look={share ? 'secondary' : 'primary'} icon={Share2} onPress={() => setSharing(true)}>
      {share ? t('change') : t('open')}
    </Button>
  );
  return (
    <>
      {share ? (
        <Shared share={share} change={open} />
      ) : (
        <EmptyState picture="peers" title={t('nobody.title')} action={open}>
          {t('nobody.words')}
        </EmptyState>
      )}
      <ShareDialog server={server} share={share} isOpen={sharing} onClose={() => setSharing(false)} />
    </>
  );
}

function Shared({ share, change }: { share: Share; change: ReactNode }) {
  const { t } = useTranslation('sharing');
  const format = useFormats();
  const node = useNode();
  const toasts = useToasts();
  const readShares = useServers((state) => state.readShares);
  const [ending, setEnding] = useState(false);
  const who = useWho(share);
  return (
    <Stack>
      <Note tone={share.audience.kind === 'everyone' ? 'warn' : 'info'}>{who}</Note>
      <Facts
        items={[
          {
            label: t('facts.tools'),
            value: share.tools ? <bdi>{format.list(share.tools)}</bdi> : t('facts.allTools'),
          },
          { label: t('facts.since'), value: format.dateTime(share.sharedAt) },
        ]}
      />
      <Inline>
        {change}
        <Button look="quiet" icon={ShieldOff} onPress={() => setEnding(true)}>
          {t('unshare.open')}
        </Button>
      </Inline>
      <ConfirmDialog
        title={t('unshare.title', { name: share.server })}
        isOpen={ending}
        onClose={() => setEnding(false)}
        confirmLabel={t('unshare.confirm')}
        onConfirm={async () => {
          await node['servers.unshare']({ name: share.server });
          await readShares();
          toasts.say(t('unshare.done', { name: share.server }));
        }}
      >
        <p>{t('unshare.words')}</p>
      </ConfirmDialog>
    </Stack>
  );
}

/** A sentence that names those who may call. */
function useWho(share: Share): string {
  const { t } = useTranslation('sharing');
  const format = useFormats();
  const peers = usePeers() ?? [];
  const { audience } = share;
  if (audience.kind === 'everyone') return t('who.everyone');
  if (audience.kind === 'known') {
    const known = new Set(peers.filter((peer) => peer.known).map((peer) => peer.providerId));
    return t('who.known', { count: known.size });
  }
  const nameOf = (id: string) =>
    peers.find((peer) => peer.providerId === id)?.displayName || `${id.slice(0, 12)}…`;
  return t('who.providers', { names: format.list(audience.providers.map(nameOf)) });
}
