import { Pencil, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { settingViewSchema } from '#shared/features/settings/contract.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Inline } from '../../../ui/page.tsx';
import { SchemaForm } from '../../../ui/schema-form/schema-form.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from '../settings.module.css';

type Setting = z.output<typeof settingViewSchema>;

/** One setting of the node: what it is, its value and where that comes from. */
export function SettingRow({ setting, onChanged }: { setting: Setting; onChanged(): void }) {
  const { t } = useTranslation('settings');
  const node = useNode();
  const toasts = useToasts();
  const [editing, setEditing] = useState(false);
  const { key, schema, source, needsRestart } = setting;
  const changed = (next: Setting) => {
    toasts.say(next.needsRestart ? t('node.savedRestart') : t('node.saved'));
    setEditing(false);
    onChanged();
  };
  const save = useCommand(async (signal, value: unknown) => {
    changed(await node['settings.set']({ key, value }, { signal }));
  });
  const reset = useCommand(async (signal) => changed(await node['settings.reset']({ key }, { signal })));
  const fixed = source === 'environment' || source === 'flag';
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  return (
    <li className={styles['setting']}>
      <div className={styles['words']}>
        <code dir="ltr">{key}</code>
        {description && (
          <p>
            <bdi>{description}</bdi>
          </p>
        )}
      </div>
      <Inline>
        <code dir="ltr" className={styles['value']}>
          {JSON.stringify(setting.value) ?? '–'}
        </code>
        {source !== 'default' && <Badge tone="info">{t(`source.${source}`)}</Badge>}
        {needsRestart && <Badge tone="idle">{t('restart')}</Badge>}
        {!fixed && (
          <Button size="small" look="quiet" icon={Pencil} onPress={() => setEditing(true)}>
            {t('change')}
          </Button>
        )}
        {source === 'file' && (
          <Button
            size="small"
            look="quiet"
            icon={Undo2}
            isPending={reset.pending}
            onPress={() => void reset.run()}
          >
            {t('reset')}
          </Button>
        )}
      </Inline>
      <FaultNote fault={reset.fault} />
      <Dialog title={key} isOpen={editing} onClose={() => setEditing(false)}>
        <SchemaForm
          schema={{ type: 'object', properties: { value: { title: key, ...schema } }, required: ['value'] }}
          initial={{ value: (setting.value ?? null) as JsonValue }}
          onSubmit={({ value }) => void save.run(value)}
          actions={
            <Button type="submit" look="primary" isPending={save.pending}>
              {t('save')}
            </Button>
          }
        />
        <FaultNote fault={save.fault} />
      </Dialog>
    </li>
  );
}
