import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InvitationView } from '#shared/features/p2p/joining.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Id } from '../../../ui/id.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { isAddress } from '../rules.ts';
import { networkChanged } from '../store.ts';

const ReadPicture = lazy(async () => ({ default: (await import('./read-picture.tsx')).ReadPicture }));

export interface JoinNetworkProps {
  /** An invitation that was opened elsewhere (a deep link). */
  code?: string | undefined;
  onJoined?(): void;
  onCancel?(): void;
}

export function JoinDialog({
  isOpen,
  code,
  onClose,
}: {
  isOpen: boolean;
  code?: string | undefined;
  onClose(): void;
}) {
  const { t } = useTranslation('network');
  return (
    <Dialog wide title={t('join.title')} isOpen={isOpen} onClose={onClose}>
      <JoinNetwork key={code} code={code} onJoined={onClose} onCancel={onClose} />
    </Dialog>
  );
}

/** Joins by an invitation or an address. Nothing is dialled before the person has seen who invites and agreed. */
export function JoinNetwork({ code: given = '', onJoined, onCancel }: JoinNetworkProps) {
  const { t } = useTranslation(['network', 'common']);
  const [text, setText] = useState(given);
  const [agreed, setAgreed] = useState(false);
  const code = text.trim();
  const byAddress = isAddress(code);
  const preview = useQuery(
    async (node, signal) =>
      code === '' || byAddress ? null : node['network.previewInvitation']({ code }, { signal }),
    [code],
  );
  const invitation = byAddress ? undefined : (preview.data ?? undefined);
  const join = useJoin(code, agreed, onJoined);
  const take = (next: string) => {
    setText(next);
    setAgreed(false);
    join.clear();
  };
  const needsYes = invitation !== undefined && invitation.change !== 'none' && !agreed;
  const isReady = byAddress || (invitation !== undefined && !needsYes && invitation.standing !== 'blocked');
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void join.run();
      }}
    >
      <p>{t('join.words')}</p>
      <TextField
        label={t('join.code')}
        placeholder="toolswarm://join/…"
        value={text}
        onChange={take}
        rows={3}
        code
        required
        autoFocus={given === ''}
      />
      <Suspense>
        <ReadPicture onText={take} />
      </Suspense>
      {code !== '' && !byAddress && preview.loading && <Loading label={t('join.reading')} />}
      {code !== '' && !byAddress && <FaultNote fault={preview.fault} />}
      {invitation && <Preview invitation={invitation} agreed={agreed} onAgree={setAgreed} />}
      <FaultNote fault={join.fault} />
      <div className="form-actions">
        {join.pending ? (
          <Button onPress={join.cancel}>{t('common:stop')}</Button>
        ) : (
          onCancel && <Button onPress={onCancel}>{t('common:cancel')}</Button>
        )}
        <Button type="submit" look="primary" command={join} isDisabled={!isReady}>
          {t('join.confirm')}
        </Button>
      </div>
    </form>
  );
}

function useJoin(code: string, enterNetwork: boolean, onJoined: (() => void) | undefined) {
  const { t } = useTranslation(['network', 'peers']);
  const node = useNode();
  const toasts = useToasts();
  return useCommand(async (signal) => {
    if (isAddress(code)) {
      const peer = await node['peers.connect']({ address: code }, { signal });
      toasts.say(t('join.done', { name: peer.displayName || t('peers:nameless') }));
    } else {
      const { peer, pinned, waiting } = await node['network.join']({ code, enterNetwork }, { signal });
      if (peer) toasts.say(t('join.done', { name: peer.displayName || t('peers:nameless') }));
      if (waiting) toasts.say(t('join.waiting'));
      else if (!pinned) toasts.warn(t('join.notPinned'));
    }
    networkChanged();
    onJoined?.();
  });
}

interface PreviewProps {
  invitation: InvitationView;
  agreed: boolean;
  onAgree(agreed: boolean): void;
}

/** Who invites, and what joining would change. */
function Preview({ invitation, agreed, onAgree }: PreviewProps) {
  const { t } = useTranslation('network');
  const format = useFormats();
  const { change, expiresAt, label, network = '', pins, standing } = invitation;
  return (
    <>
      <Facts
        items={[
          { label: t('join.who'), value: <bdi>{label || t('join.nameless')}</bdi> },
          { label: t('detail.provider'), value: <Id value={invitation.providerId} /> },
          { label: t('detail.peer'), value: <Id value={invitation.peerId} /> },
          { label: t('join.expires'), value: format.dateTime(expiresAt) },
        ]}
      />
      <p>{t('join.claim')}</p>
      {standing === 'blocked' ? (
        <Note tone="warn">{t('join.standingBlocked')}</Note>
      ) : (
        <p>
          {standing === 'known' ? t('join.standingKnown') : t('join.consequence')} {pins && t('join.pins')}
        </p>
      )}
      {change !== 'none' && (
        <>
          <Note>{t(`join.change.${change}`, { name: network })}</Note>
          <Checkbox selected={agreed} onChange={onAgree}>
            {t('join.changeConfirm')}
          </Checkbox>
        </>
      )}
    </>
  );
}
