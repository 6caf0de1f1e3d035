import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { useNetwork } from '../store.ts';

/** Says that a change of networks waits for a restart, and offers it. */
export function RestartNote() {
  const { t } = useTranslation('network');
  const { data, reload } = useNetwork();
  const node = useNode();
  const [asking, setAsking] = useState(false);
  const next = data?.nextNetwork;
  if (next === undefined) return null;
  const to = next === '' ? t('restart.public') : t('restart.private', { name: next });
  return (
    <Note>
      <Stack>
        <span>{t('restart.words', { to })}</span>
        <div>
          <Button icon={RotateCcw} size="small" onPress={() => setAsking(true)}>
            {t('restart.now')}
          </Button>
        </div>
      </Stack>
      <ConfirmDialog
        danger={false}
        title={t('restart.title')}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('restart.now')}
        onConfirm={async () => {
          await node['network.restart']({});
          reload();
        }}
      >
        <p>{t('restart.ask')}</p>
      </ConfirmDialog>
    </Note>
  );
}
