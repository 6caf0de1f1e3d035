import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { InstalledPackage, InstalledSettings } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { visible } from '../rules.ts';
import { draftsOf, type ReadSettings, readDrafts } from '../settings.ts';
import { SettingsFields, type SettingsForm } from './settings-fields.tsx';

/** The settings of a package as they are; saving starts its server anew. */
export function SettingsCard({ item, told }: { item: InstalledPackage; told: InstalledSettings }) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const { secretsSet, settings, values } = told;
  const { control, handleSubmit } = useForm<SettingsForm>({
    defaultValues: { given: draftsOf(settings, values) },
    mode: 'onTouched',
  });
  const save = useCommand(
    async (signal, given: ReadSettings) => {
      await node['packages.configure']({ id: item.id, ...given }, { signal });
      toasts.say(t('settings.saved', { name: visible(item.title) }));
    },
    { title: t('settings.running', { name: visible(item.title) }) },
  );
  const submit = handleSubmit(({ given }) => save.run(readDrafts(settings, given)));
  return (
    <Card title={t('settings.title')} lead={t('settings.lead')}>
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        <SettingsFields control={control} settings={settings} secretsSet={secretsSet} />
        <FaultNote fault={save.fault} />
        <div className="form-actions">
          <Button type="submit" command={save}>
            {t('settings.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
