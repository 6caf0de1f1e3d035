import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
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
  const { t } = useTranslation(['peers', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [address, setAddress] = useState('');
  const connect = useCommand(async (signal) => {
    const peer = await node['peers.connect']({ address: address.trim() }, { signal });
    toasts.say(t('connect.done', { name: peer.displayName || t('nameless') }));
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void connect.run();
      }}
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
      <FaultNote fault={connect.fault} />
      <div className="form-actions">
        {connect.pending ? (
          <Button onPress={connect.cancel}>{t('common:stop')}</Button>
        ) : (
          <Button onPress={onDone}>{t('common:cancel')}</Button>
        )}
        <Button type="submit" look="primary" isPending={connect.pending} isDisabled={address.trim() === ''}>
          {t('connect.confirm')}
        </Button>
      </div>
    </form>
  );
}
