import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useIdentity } from '../store.ts';

/** A new key for the same provider: rarely needed, and the recovery phrase becomes another. */
export function RotateDialog({ locked, onClose }: { locked: boolean; onClose(): void }) {
  const { t } = useTranslation('identity');
  const node = useNode();
  const toasts = useToasts();
  const setIdentity = useIdentity((state) => state.set);
  const [passphrase, setPassphrase] = useState('');
  return (
    <ConfirmDialog
      isOpen
      title={t('rotate.title')}
      confirmLabel={t('rotate.confirm')}
      onClose={onClose}
      onConfirm={async () => {
        setIdentity(await node['identity.rotate'](locked ? { passphrase } : {}));
        toasts.say(t('rotate.done'));
      }}
    >
      <p>{t('rotate.words')}</p>
      <Note tone="warn">{t('rotate.phrase')}</Note>
      {locked && (
        <TextField
          required
          type="password"
          label={t('passphrase.current')}
          value={passphrase}
          onChange={setPassphrase}
        />
      )}
    </ConfirmDialog>
  );
}
