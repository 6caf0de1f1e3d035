import { useTranslation } from 'react-i18next';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import type { Command } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SchemaForm } from '../../../ui/schema-form/schema-form.tsx';
import { schemaIn, type Setting, unitOf } from '../rules.ts';

export interface SettingDialogProps {
  setting: Setting;
  title: string;
  /** Stays open with the fault where the value is refused. */
  save: Command<[value: unknown], boolean>;
  onClose(): void;
}

/** A value that is typed: made from the setting's schema, in the unit that people count in. */
export function SettingDialog({ setting, title, save, onClose }: SettingDialogProps) {
  const { t } = useTranslation(['settings', 'common']);
  const unit = unitOf(setting.key);
  const factor = unit?.factor ?? 1;
  const given = typeof setting.value === 'number' ? setting.value / factor : setting.value;
  const schema = {
    type: 'object',
    properties: {
      value: { ...schemaIn(setting.schema, unit), title: unit ? t(`unit.${unit.name}`) : title },
    },
    required: ['value'],
  };
  const close = () => {
    save.clear();
    onClose();
  };
  const submit = async (value: JsonValue | undefined) => {
    if (await save.run(typeof value === 'number' ? value * factor : value)) onClose();
  };
  return (
    <Dialog isOpen title={title} onClose={close}>
      <SchemaForm
        schema={schema}
        initial={{ value: (given ?? null) as JsonValue }}
        onSubmit={({ value }) => void submit(value)}
        actions={
          <>
            <Button onPress={close}>{t('common:cancel')}</Button>
            <Button type="submit" look="primary" command={save}>
              {t('common:save')}
            </Button>
          </>
        }
      />
      <FaultNote fault={save.fault} />
    </Dialog>
  );
}
