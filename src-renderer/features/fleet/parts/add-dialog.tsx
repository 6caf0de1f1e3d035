import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetCode, FleetGuest } from '#shared/features/fleet/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import styles from '../fleet.module.css';

const QrCode = lazy(async () => ({ default: (await import('../../../ui/qr-code.tsx')).QrCode }));

interface AddDialogProps {
  isOpen: boolean;
  /** Once a machine came with a code, the page behind asks about it. */
  guests: readonly FleetGuest[];
  onClose(): void;
}

/** Writes a code and shows it, once. */
export function AddDialog({ guests, isOpen, onClose }: AddDialogProps) {
  const { t } = useTranslation('fleet');
  const [code, setCode] = useState<FleetCode>();
  const close = () => {
    setCode(undefined);
    onClose();
  };
  const isAnswered = code !== undefined && guests.some(({ at }) => at >= code.createdAt);
  return (
    <Dialog wide title={t('add.title')} isOpen={isOpen && !isAnswered} onClose={close}>
      {code ? <Written code={code} onClose={close} /> : <AddForm onWritten={setCode} onClose={close} />}
    </Dialog>
  );
}

function AddForm({ onClose, onWritten }: { onWritten(code: FleetCode): void; onClose(): void }) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const add = useCommand(async (signal) => onWritten(await node['fleet.add']({}, { signal })));
  return (
    <DialogForm command={add} submit={t('add.confirm')} onCancel={onClose}>
      <p>{t('add.words')}</p>
      <p>{t('add.what')}</p>
    </DialogForm>
  );
}

function Written({ code: { code, expiresAt, link }, onClose }: { code: FleetCode; onClose(): void }) {
  const { t } = useTranslation('fleet');
  const format = useFormats();
  const { clock } = useNodeLink();
  return (
    <div className="form">
      <p>{t('add.type')}</p>
      <p>
        <code className={styles['code']} dir="ltr">
          {code}
        </code>
      </p>
      <CopyField label={t('add.link')} value={link} />
      <Suspense>
        <QrCode text={link} label={t('add.picture')} />
      </Suspense>
      <p>{t('add.once', { when: format.when(expiresAt, clock.now()) })}</p>
      <div className="form-actions">
        <Button look="primary" onPress={onClose}>
          {t('add.done')}
        </Button>
      </div>
    </div>
  );
}
