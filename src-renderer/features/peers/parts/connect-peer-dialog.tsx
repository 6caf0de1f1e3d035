import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';

export function ConnectPeerDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('peers');
  return (
    <Dialog wide title={t('connect.title')} isOpen={isOpen} onClose={onClose}>
      <ConnectForm onDone={onClose} />
    </Dialog>
  );
}

function ConnectForm({ onDone }: { onDone(): void }) {
  const { t } = useTranslation('peers');
  const node = useNode();
  const toasts = useToasts();
  const [address, setAddress] = useState('');
  const connect = useCommand(async (signal) => {
    const peer = await node['peers.connect']({ address: address.trim() }, { signal });
    toasts.say(t('connect.done', { name: peer.displayName || t('nameless') }));
    onDone();
  });
  return (
    <DialogForm
      stoppable
      command={connect}
      submit={t('connect.confirm')}
      ready={address.trim() !== ''}
      onCancel={onDone}
    >
      <p>{t('connect.words')}</p>
      <TextField
        label={t('connect.address')}
        placeholder="/ip4/192.0.2.7/tcp/7422/p2p/12D3KooW…"
        value={address}
        onChange={setAddress}
        code
        required
        autoFocus
      />
    </DialogForm>
  );
}
