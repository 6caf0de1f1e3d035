import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fleet, FleetJoining } from '#shared/features/fleet/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Digits } from './digits.tsx';

interface JoinDialogProps {
  isOpen: boolean;
  code: string | undefined;
  fleet: Fleet;
  onClose(): void;
}

/** Makes this machine a node of another's provider. */
export function JoinDialog({ code, fleet, isOpen, onClose }: JoinDialogProps) {
  const { t } = useTranslation('fleet');
  const { joining } = fleet;
  const isWaiting = joining?.state === 'waiting' || joining?.state === 'joined';
  return (
    <Dialog title={t('join.title')} isOpen={isOpen || joining?.state === 'waiting'} onClose={onClose}>
      {isWaiting ? (
        <Waiting joining={joining} onClose={onClose} />
      ) : (
        <JoinForm code={code} fleet={fleet} onClose={onClose} />
      )}
    </Dialog>
  );
}

function JoinForm({ code: given = '', fleet, onClose }: Omit<JoinDialogProps, 'isOpen'>) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const [code, setCode] = useState(given);
  const [name, setName] = useState(fleet.displayName);
  const [understood, setUnderstood] = useState(false);
  const join = useCommand(async (signal) => {
    const label = name.trim();
    await node['fleet.join']({ code, ...(label ? { label } : {}) }, { signal });
  });
  return (
    <DialogForm
      stoppable
      command={join}
      submit={t('join.confirm')}
      onCancel={onClose}
      ready={code.trim() !== '' && understood}
    >
      <p>{t('join.words')}</p>
      <TextField required label={t('join.code')} value={code} onChange={setCode} />
      <TextField label={t('join.name')} value={name} onChange={setName} />
      <Note tone="warn">
        <p>{t('join.warning')}</p>
      </Note>
      <Checkbox selected={understood} onChange={setUnderstood}>
        {t('join.understood')}
      </Checkbox>
      <FaultNote fault={failedBefore(fleet.joining)} />
    </DialogForm>
  );
}

/** The answer of the other machine may have come while nobody looked. */
const failedBefore = (joining: FleetJoining | undefined) =>
  joining?.state === 'failed' && joining.fault && joining.peerId !== undefined
    ? { ...joining.fault, retryable: false }
    : undefined;

function Waiting({ joining, onClose }: { joining: FleetJoining; onClose(): void }) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const cancel = useCommand(async (signal) => {
    await node['fleet.cancelJoin']({}, { signal });
    onClose();
  });
  const { digits = '', name = '', state } = joining;
  if (state === 'joined') return <Loading label={t('join.starting')} />;
  return (
    <div className="form">
      <p>{t('join.found', { name })}</p>
      <Digits label={t('digits')} digits={digits} />
      <Loading label={t('join.waiting')} />
      <FaultNote fault={cancel.fault} />
      <div className="form-actions">
        <Button command={cancel} onPress={() => void cancel.run()}>
          {t('join.cancel')}
        </Button>
      </div>
    </div>
  );
}
