import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { CheckReport } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage } from '../address.ts';
import { isSoundSoFar, visible, withoutErrors } from '../rules.ts';
import { draftsOf, type ReadSettings, readDrafts } from '../settings.ts';
import { useNodeTask } from '../use-packages.ts';
import { CheckResult } from './check-result.tsx';
import { SettingsFields, type SettingsForm } from './settings-fields.tsx';

/** Installs a file or folder of the node's machine, which nobody signed, after a look at what is in it. */
export function FileDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('packages');
  return (
    <Dialog wide title={t('file.title')} isOpen={isOpen} onClose={onClose}>
      <Steps onClose={onClose} />
    </Dialog>
  );
}

function Steps({ onClose }: { onClose(): void }) {
  const [path, setPath] = useState('');
  const [report, setReport] = useState<CheckReport>();
  if (report)
    return (
      <InstallForm path={path.trim()} report={report} onBack={() => setReport(undefined)} onClose={onClose} />
    );
  return <ChooseForm path={path} onPath={setPath} onReport={setReport} onClose={onClose} />;
}

interface ChooseFormProps {
  path: string;
  onPath(path: string): void;
  onReport(report: CheckReport): void;
  onClose(): void;
}

function ChooseForm({ onClose, onPath, onReport, path }: ChooseFormProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const check = useCommand(async (signal) =>
    onReport(await node['packages.check']({ path: path.trim() }, { signal })),
  );
  return (
    <DialogForm
      stoppable
      command={check}
      submit={t('file.look')}
      onCancel={onClose}
      ready={path.trim() !== ''}
    >
      <Note tone="warn">{t('file.warning')}</Note>
      <TextField
        code
        required
        label={t('file.path')}
        description={t('file.pathHelp')}
        value={path}
        onChange={onPath}
      />
      {check.pending && <ProgressBar label={t('publish.checking')} />}
    </DialogForm>
  );
}

interface InstallFormProps {
  path: string;
  report: CheckReport;
  onBack(): void;
  onClose(): void;
}

function InstallForm({ onBack, onClose, path, report }: InstallFormProps) {
  const { t } = useTranslation(['packages', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [, go] = useLocation();
  const { control, handleSubmit } = useForm<SettingsForm>({
    defaultValues: { given: draftsOf(report.settings, {}) },
    mode: 'onTouched',
  });
  const install = useNodeTask(async (signal, given: ReadSettings) => {
    const done = await node['packages.installFile']({ path, ...given }, { signal });
    toasts.say(t('install.done', { name: visible(done.title), version: done.version }));
    onClose();
    go(addressOfPackage(done.id));
  });
  const submit = handleSubmit(({ given }) => install.run(readDrafts(report.settings, given)));
  const sound = isSoundSoFar(report);
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      {!sound && <Note tone="warn">{t('file.unsound')}</Note>}
      <CheckResult report={sound ? withoutErrors(report) : report} />
      <SettingsFields control={control} settings={report.settings} secretsSet={[]} />
      <FaultNote fault={install.fault} />
      <div className="form-actions">
        <Button onPress={install.pending ? install.cancel : onBack}>
          {t(install.pending ? 'common:stop' : 'common:back')}
        </Button>
        <Button type="submit" look="primary" command={install} isDisabled={!sound}>
          {t('file.confirm')}
        </Button>
      </div>
    </form>
  );
}
