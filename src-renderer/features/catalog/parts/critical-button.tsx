import { HeartPulse } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { labelOf } from '../rules.ts';
import type { ToolDetail } from './tool-actions.tsx';

/** Most instances that are offered here; commands take more. */
const MOST = 4;

/** Says how many instances of a tool must live, lest an alarm is raised. */
export function CriticalButton({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="small" look="quiet" icon={HeartPulse} onPress={() => setAsking(true)}>
        {t('critical.open')}
      </Button>
      <Dialog
        title={t('critical.title', { name: labelOf(tool) })}
        isOpen={asking}
        onClose={() => setAsking(false)}
      >
        <CriticalForm tool={tool} onDone={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function CriticalForm({ tool, onDone }: { tool: ToolDetail; onDone(): void }) {
  const { t } = useTranslation(['catalog', 'common']);
  const node = useNode();
  const [min, setMin] = useState(String(tool.critical?.min ?? 1));
  const save = useCommand(async (signal) => {
    await node['tools.setCritical']({ id: tool.id, min: Number(min) }, { signal });
    onDone();
  });
  // A server of this machine runs once.
  const most = tool.origin === 'local' ? 1 : Math.max(MOST, tool.critical?.min ?? 0);
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <p>{t('critical.words')}</p>
      <Select
        label={t('critical.min')}
        options={[
          { value: '0', label: t('critical.none') },
          ...Array.from({ length: most }, (_, index) => String(index + 1)).map((value) => ({
            value,
            label: value,
          })),
        ]}
        value={min}
        onChange={setMin}
      />
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save}>
          {t('critical.save')}
        </Button>
      </div>
    </form>
  );
}
