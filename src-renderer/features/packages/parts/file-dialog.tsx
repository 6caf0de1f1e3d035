import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useNode } from '../../../platform/node-link.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage } from '../address.ts';
import { visible } from '../rules.ts';
import { useNodeTask } from '../use-packages.ts';

/** Installs a file or folder of the node's machine, which nobody signed. */
export function FileDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('packages');
  return (
    <Dialog title={t('file.title')} isOpen={isOpen} onClose={onClose}>
      <FileForm onClose={onClose} />
    </Dialog>
  );
}

function FileForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const [, go] = useLocation();
  const [path, setPath] = useState('');
  const install = useNodeTask(async (signal) => {
    const done = await node['packages.installFile']({ path: path.trim() }, { signal });
    toasts.say(t('install.done', { name: visible(done.title), version: done.version }));
    onClose();
    go(addressOfPackage(done.id));
  });
  return (
    <DialogForm
      stoppable
      command={install}
      submit={t('file.confirm')}
      onCancel={onClose}
      ready={path.trim() !== ''}
    >
      <Note tone="warn">{t('file.warning')}</Note>
      <TextField
        code
        required
        label={t('file.path')}
        description={t('file.pathHelp')}
        value={path}
        onChange={setPath}
      />
    </DialogForm>
  );
}
