import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { DescribedPackage } from '#shared/features/packages/described.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage } from '../address.ts';
import { askedBy, readPermissions, type TypedPermissions } from '../listed.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { draftsOf, type ReadSettings, readDrafts } from '../settings.ts';
import { useNodeTask } from '../use-packages.ts';
import { SettingsFields, type SettingsForm } from './settings-fields.tsx';

export interface ListedDialogProps {
  isOpen: boolean;
  described: DescribedPackage;
  onClose(): void;
}

/** Brings a package of a centralized registry here, locked in, with no more than what is named here. */
export function ListedDialog({ described, isOpen, onClose }: ListedDialogProps) {
  const { t } = useTranslation('packages');
  return (
    <Dialog wide title={t('listed.title')} isOpen={isOpen} onClose={onClose}>
      <ListedForm described={described} onClose={onClose} />
    </Dialog>
  );
}

function ListedForm({ described, onClose }: Omit<ListedDialogProps, 'isOpen'>) {
  const { t } = useTranslation(['packages', 'common']);
  const settings = askedBy(described) ?? {};
  const [typed, setTyped] = useState<TypedPermissions>({ hosts: '', read: '', write: '' });
  const permissions = readPermissions(typed);
  const { control, handleSubmit } = useForm<SettingsForm>({
    defaultValues: { given: draftsOf(settings, {}) },
    mode: 'onTouched',
  });
  const install = useInstallListed(described, onClose);
  const submit = handleSubmit(async ({ given }) => {
    if (permissions.all) await install.run(readDrafts(settings, given), permissions.all);
  });
  const { identifier, version } = described;
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      <Note tone="warn">{t('listed.warning')}</Note>
      <Facts
        items={[
          { label: t('check.package'), value: <bdi>{visible(identifier)}</bdi> },
          version !== undefined && { label: t('listed.version'), value: <bdi>{visible(version)}</bdi> },
        ]}
      />
      <SettingsFields control={control} settings={settings} secretsSet={[]} />
      <fieldset className={styles['group']}>
        <legend>{t('touch.title')}</legend>
        <p className={styles['soft']}>{t('listed.permissions')}</p>
        {(['hosts', 'read', 'write'] as const).map((kind) => (
          <TextField
            key={kind}
            code
            rows={2}
            label={t(`listed.${kind}.label`)}
            description={t(`listed.${kind}.help`)}
            value={typed[kind]}
            onChange={(text) => setTyped({ ...typed, [kind]: text })}
            error={permissions[kind] ? undefined : t(`listed.${kind}.bad`)}
          />
        ))}
      </fieldset>
      {install.pending && <ProgressBar label={t('listed.running')} />}
      <FaultNote fault={install.fault} />
      <div className="form-actions">
        <Button onPress={install.pending ? install.cancel : onClose}>
          {t(install.pending ? 'common:stop' : 'common:cancel')}
        </Button>
        <Button type="submit" look="primary" command={install} isDisabled={!permissions.all}>
          {t('listed.confirm')}
        </Button>
      </div>
    </form>
  );
}

type Given = NonNullable<ReturnType<typeof readPermissions>['all']>;

function useInstallListed(described: DescribedPackage, onClose: () => void) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const [, go] = useLocation();
  return useNodeTask(async (signal, given: ReadSettings, permissions: Given) => {
    const wanted = { package: described, ...given, permissions };
    const done = await node['packages.installListed'](wanted, { signal });
    toasts.say(t('install.done', { name: visible(done.title), version: done.version }));
    onClose();
    go(addressOfPackage(done.id));
  });
}
