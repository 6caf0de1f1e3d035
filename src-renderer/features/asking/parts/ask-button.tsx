import { HandHelping } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { onDemand } from '../../../ui/on-demand.tsx';
import type { AskDialogProps } from './ask-dialog.tsx';

const AskDialog = onDemand(async () => (await import('./ask-dialog.tsx')).AskDialog);

export interface AskButtonProps extends Omit<AskDialogProps, 'isOpen' | 'onClose'> {
  look?: 'primary' | 'secondary';
}

/** Opens the dialog that asks a provider for access. */
export function AskButton({ look = 'secondary', ...about }: AskButtonProps) {
  const { t } = useTranslation('access');
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="small" look={look} icon={HandHelping} onPress={() => setAsking(true)}>
        {t('ask.open')}
      </Button>
      <AskDialog {...about} isOpen={asking} onClose={() => setAsking(false)} />
    </>
  );
}
