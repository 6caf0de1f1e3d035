import { Download, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportUsage } from '#shared/features/metrics/usage-export.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { saveFile } from '../../../platform/save-file.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { IconButton } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ActionMenu } from '../../../ui/menu.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Wanted } from './usage-view.tsx';

/** Rows of a file at most; what the node lets out at once. */
const MOST_ROWS = 10_000;

/** Usage as a file, every sum as it is kept; and the end of all that is kept. */
export function UsageActions({ wanted, onErased }: { wanted: Wanted; onErased(): void }) {
  const { t } = useTranslation('metrics');
  const { clock, node } = useNodeLink();
  const toasts = useToasts();
  const [erasing, setErasing] = useState(false);
  const save = useCommand(
    async (signal, as: 'csv' | 'json') => {
      const { items, more } = await node['usage.query'](
        { ...wanted, by: 'each', limit: MOST_ROWS },
        { signal },
      );
      const type = as === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      saveFile(new Blob([exportUsage(items, as)], { type }), `toolswarm-usage-${day}.${as}`);
      if (more) toasts.say(t('export.cut', { count: MOST_ROWS }));
    },
    { call: 'usage.query' },
  );
  return (
    <>
      <ActionMenu
        label={t('export.open')}
        icon={Download}
        actions={(['csv', 'json'] as const).map((as) => ({
          id: as,
          label: t(`export.${as}`),
          run: () => void save.run(as),
        }))}
      />
      <IconButton icon={Trash2} label={t('erase.open')} onPress={() => setErasing(true)} />
      {save.fault && <FaultNote fault={save.fault} />}
      <EraseDialog isOpen={erasing} onClose={() => setErasing(false)} onErased={onErased} />
    </>
  );
}

function EraseDialog({ isOpen, onClose, onErased }: { isOpen: boolean; onClose(): void; onErased(): void }) {
  const { t } = useTranslation('metrics');
  const node = useNode();
  const toasts = useToasts();
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('erase.title')}
      confirmLabel={t('erase.confirm')}
      onConfirm={async () => {
        await node['usage.erase']({});
        toasts.say(t('erase.done'));
        onErased();
      }}
    >
      <p>{t('erase.words')}</p>
    </ConfirmDialog>
  );
}
