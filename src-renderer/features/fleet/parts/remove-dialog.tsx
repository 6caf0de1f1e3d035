import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetNode } from '#shared/features/fleet/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { nameOfNode } from '../rules.ts';
import { PassphraseField } from './passphrase-field.tsx';

interface RemoveDialogProps {
  node: FleetNode | undefined;
  locked: boolean;
  onClose(): void;
}

export function RemoveDialog({ locked, node: removed, onClose }: RemoveDialogProps) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const toasts = useToasts();
  const [passphrase, setPassphrase] = useState('');
  const name = removed ? nameOfNode(removed) : '';
  const close = () => {
    setPassphrase('');
    onClose();
  };
  return (
    <ConfirmDialog
      danger
      title={t('remove.title', { name })}
      isOpen={removed !== undefined}
      onClose={close}
      confirmLabel={t('remove.confirm')}
      onConfirm={async () => {
        await node['fleet.remove']({ peerId: removed?.peerId ?? '', ...(locked ? { passphrase } : {}) });
        toasts.say(t('remove.done', { name }));
      }}
    >
      <p>{t('remove.words')}</p>
      {locked && <PassphraseField value={passphrase} onChange={setPassphrase} />}
    </ConfirmDialog>
  );
}
