import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_OPERATOR_NAME, ROLES, type Role } from '#shared/features/node/roles.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';

export interface LinkDialogProps {
  isOpen: boolean;
  onClose(): void;
  onMade(): void;
}

/** Makes a link for another person, then shows it this one time. */
export function LinkDialog({ isOpen, onClose, onMade }: LinkDialogProps) {
  const { t } = useTranslation('operators');
  const [url, setUrl] = useState<string>();
  const close = () => {
    setUrl(undefined);
    onClose();
  };
  const made = (link: string) => {
    setUrl(link);
    onMade();
  };
  return (
    <Dialog
      // What is not shown again must not vanish by a press beside it.
      alert={url !== undefined}
      title={t('link.open')}
      isOpen={isOpen}
      onClose={close}
    >
      {url === undefined ? (
        <LinkForm onClose={close} onMade={made} />
      ) : (
        <div className="form">
          <Note tone="warn">{t('link.words')}</Note>
          <CopyField label={t('link.label')} value={url} hideLabel />
          <div className="form-actions">
            <Button look="primary" onPress={close}>
              {t('link.close')}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function LinkForm({ onClose, onMade }: { onClose(): void; onMade(url: string): void }) {
  const { t } = useTranslation('operators');
  const node = useNode();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('read-only');
  const make = useCommand(async (signal) => {
    onMade((await node['node.openLink']({ role, name }, { signal })).url);
  });
  return (
    <DialogForm command={make} submit={t('link.make')} onCancel={onClose}>
      <TextField
        label={t('link.name')}
        description={t('link.nameHelp')}
        value={name}
        onChange={setName}
        maxLength={MAX_OPERATOR_NAME}
        autoFocus
      />
      <Select<Role>
        label={t('link.role')}
        description={t(`can.${role}`)}
        options={ROLES.map((one) => ({ value: one, label: t(`role.${one}`) }))}
        value={role}
        onChange={setRole}
      />
    </DialogForm>
  );
}
