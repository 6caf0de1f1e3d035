import { Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { onDemand } from '../../../ui/on-demand.tsx';
import type { ShareOnDialogProps } from './share-on-dialog.tsx';

const ShareOnDialog = onDemand(async () => (await import('./share-on-dialog.tsx')).ShareOnDialog);

/** Opens the dialog that shares a server of another provider on. */
export function ShareOnButton(about: Omit<ShareOnDialogProps, 'isOpen' | 'onClose'>) {
  const { t } = useTranslation('sharing');
  const [sharing, setSharing] = useState(false);
  return (
    <>
      <Button size="small" icon={Share2} onPress={() => setSharing(true)}>
        {t('on.open')}
      </Button>
      <ShareOnDialog {...about} isOpen={sharing} onClose={() => setSharing(false)} />
    </>
  );
}
