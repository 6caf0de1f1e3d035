import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetNode } from '#shared/features/fleet/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { TextField } from '../../../ui/fields.tsx';

export function RenameDialog({ node, onClose }: { node: FleetNode | undefined; onClose(): void }) {
  const { t } = useTranslation('fleet');
  return (
    <Dialog title={t('rename.title')} isOpen={node !== undefined} onClose={onClose}>
      {node && <RenameForm node={node} onClose={onClose} />}
    </Dialog>
  );
}

function RenameForm({ node: { label, peerId }, onClose }: { node: FleetNode; onClose(): void }) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const [name, setName] = useState(label);
  const rename = useCommand(async (signal) => {
    await node['fleet.rename']({ peerId, label: name.trim() }, { signal });
    onClose();
  });
  return (
    <DialogForm command={rename} submit={t('rename.confirm')} onCancel={onClose} ready={name.trim() !== ''}>
      <TextField required label={t('name')} value={name} onChange={setName} />
    </DialogForm>
  );
}
