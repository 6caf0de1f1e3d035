import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
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
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t('displayName')}
        description={t('displayNameHelp')}
        value={draft}
        onChange={setDraft}
        maxLength={LONGEST_NAME}
        autoFocus
      />
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" isPending={save.pending}>
          {t('common:save')}
        </Button>
      </div>
    </form>
  );
}
