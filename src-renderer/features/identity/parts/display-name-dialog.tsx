import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useIdentity } from '../store.ts';

const LONGEST_NAME = 64;

export function DisplayNameDialog({
  isOpen,
  onClose,
  name,
}: {
  isOpen: boolean;
  onClose(): void;
  name: string;
}) {
  const { t } = useTranslation(['identity', 'common']);
  return (
    <Dialog title={t('rename')} isOpen={isOpen} onClose={onClose}>
      <NameForm name={name} onDone={onClose} />
    </Dialog>
  );
}

function NameForm({ name, onDone }: { name: string; onDone(): void }) {
  const { t } = useTranslation(['identity', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const setIdentity = useIdentity((state) => state.set);
  const [draft, setDraft] = useState(name);
  const save = useCommand(async (signal) => {
    setIdentity(await node['identity.setProfile']({ displayName: draft.trim() }, { signal }));
    toasts.say(t('renamed'));
    onDone();
  });
  return (
    <DialogForm command={save} submit={t('common:save')} onCancel={onDone}>
      <TextField
        label={t('displayName')}
        description={t('displayNameHelp')}
        value={draft}
        onChange={setDraft}
        maxLength={LONGEST_NAME}
        autoFocus
      />
    </DialogForm>
  );
}
