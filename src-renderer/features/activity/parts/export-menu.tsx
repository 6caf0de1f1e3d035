import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportFormat } from '#shared/features/relay/export.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { saveFile } from '../../../platform/save-file.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ActionMenu } from '../../../ui/menu.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Filter } from '../address.ts';
import { queryOf } from '../rules.ts';
import { collectExport } from '../save-calls.ts';

/** Every call that fits the filter, as a file; however many there are, it can be called off. */
export function ExportMenu({ filter }: { filter: Filter }) {
  const { t } = useTranslation(['activity', 'common']);
  const format = useFormats();
  const { clock, node } = useNodeLink();
  const toasts = useToasts();
  const [count, setCount] = useState(0);
  const save = useCommand(
    async (signal, as: ExportFormat) => {
      setCount(0);
      const { file, calls } = await collectExport(node, queryOf(filter, clock.now()), as, {
        onProgress: setCount,
        signal,
      });
      saveFile(file, `toolswarm-calls-${new Date(clock.now()).toISOString().slice(0, 10)}.${as}`);
      toasts.say(t('export.done', { count: calls }));
    },
    { call: 'invocations.list' },
  );
  if (save.pending)
    return (
      <>
        <span role="status">{t('export.running', { count, number: format.number(count) })}</span>
        <Button onPress={save.cancel}>{t('common:cancel')}</Button>
      </>
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
      {save.fault && <FaultNote fault={save.fault} />}
    </>
  );
}
