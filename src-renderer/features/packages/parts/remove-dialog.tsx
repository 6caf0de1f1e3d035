import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InstalledPackage } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Checkbox } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { visible } from '../rules.ts';

interface RemoveDialogProps {
  item: InstalledPackage | undefined;
  onClose(): void;
  onRemoved?(): void;
}

/** Data is kept unless a person says otherwise: only that cannot be fetched again. */
export function RemoveDialog({ item, onClose, onRemoved }: RemoveDialogProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const [keepData, setKeepData] = useState(true);
  const name = item ? visible(item.title) : '';
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      isOpen={item !== undefined}
      onClose={onClose}
      confirmLabel={t('remove.confirm')}
      onConfirm={async () => {
        if (!item) return;
        await node['packages.remove']({ id: item.id, keepData });
        toasts.say(t('remove.done', { name }));
        onRemoved?.();
      }}
    >
      <p>{t('remove.words', { server: item?.server ?? '' })}</p>
      <Checkbox selected={keepData} onChange={setKeepData} description={t('remove.keepHelp')}>
        {t('remove.keep')}
      </Checkbox>
    </ConfirmDialog>
  );
}
