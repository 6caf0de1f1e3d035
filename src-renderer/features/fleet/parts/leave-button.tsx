import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';

/** Makes this node a provider of its own again. */
export function LeaveButton() {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="small" icon={LogOut} onPress={() => setAsking(true)}>
        {t('leave.open')}
      </Button>
      <ConfirmDialog
        danger
        title={t('leave.title')}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('leave.confirm')}
        onConfirm={() => node['fleet.leave']({})}
      >
        <p>{t('leave.words')}</p>
      </ConfirmDialog>
    </>
  );
}
