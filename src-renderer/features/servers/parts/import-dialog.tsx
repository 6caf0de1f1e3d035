import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../ui/dialog.tsx';
import type { ImportPreview, ImportSource } from '../import.ts';
import { ImportChoice } from './import-choice.tsx';
import { ImportPick } from './import-pick.tsx';

/** Takes servers over from another program's configuration: first what is in it, then the ones that are wanted. */
export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('servers');
  return (
    <Dialog wide title={t('import.title')} isOpen={isOpen} onClose={onClose}>
      <Steps onDone={onClose} />
    </Dialog>
  );
}

function Steps({ onDone }: { onDone(): void }) {
  const [found, setFound] = useState<{ source: ImportSource; preview: ImportPreview }>();
  if (!found)
    return <ImportChoice onFound={(source, preview) => setFound({ source, preview })} onClose={onDone} />;
  return <ImportPick {...found} onBack={() => setFound(undefined)} onDone={onDone} />;
}
