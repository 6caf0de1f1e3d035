import { Share2, ShieldOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Share } from '#shared/features/access/contract.ts';
import { callersOf } from '#shared/features/access/rules.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useServers } from '../store.ts';
import { ShareDialog } from './share-dialog.tsx';
import { SharedTools } from './shared-tools.tsx';
import { useWho } from './who-text.ts';

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
  const who = useWho();
  return (
    <Stack>
      <Note tone={share.audience.kind === 'everyone' ? 'warn' : 'info'}>{who.server(callersOf(share))}</Note>
      <Facts
        items={[
          share.listedFor && { label: t('listed.label'), value: t(`listed.${share.listedFor.kind}`) },
          !share.tools && { label: t('facts.tools'), value: t('facts.allTools') },
          share.category !== undefined && { label: t('category.label'), value: <bdi>{share.category}</bdi> },
          { label: t('facts.since'), value: format.dateTime(share.sharedAt) },
        ]}
      />
      <Inline>
        {change}
        <Link href={`/access/permissions/${share.server}`}>{t('toAccess')}</Link>
        <EndSharing server={share.server} />
      </Inline>
      <SharedTools share={share} />
    </Stack>
  );
}

function EndSharing({ server }: { server: string }) {
  const { t } = useTranslation('sharing');
  const node = useNode();
  const toasts = useToasts();
  const readShares = useServers((state) => state.readShares);
  const [ending, setEnding] = useState(false);
  return (
    <>
      <Button look="quiet" icon={ShieldOff} onPress={() => setEnding(true)}>
        {t('unshare.open')}
      </Button>
      <ConfirmDialog
        title={t('unshare.title', { name: server })}
        isOpen={ending}
        onClose={() => setEnding(false)}
        confirmLabel={t('unshare.confirm')}
        onConfirm={async () => {
          await node['servers.unshare']({ name: server });
          await readShares();
          toasts.say(t('unshare.done', { name: server }));
        }}
      >
        <p>{t('unshare.words')}</p>
      </ConfirmDialog>
    </>
  );
}
