import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { CheckReport } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import styles from '../packages.module.css';
import { type Channel, channels } from '../rules.ts';
import { draftsOf, type ReadSettings, readDrafts, withoutSecrets } from '../settings.ts';
import { useNodeTask } from '../use-packages.ts';
import { CheckResult } from './check-result.tsx';
import { SettingsFields, type SettingsForm } from './settings-fields.tsx';

const MAX_NOTES = 4000;

interface PublishDialogProps {
  isOpen: boolean;
  onPublished(): void;
  onClose(): void;
}

/** From a folder to a link, step by step: choose it, see it checked, say what is new, publish. */
export function PublishDialog({ isOpen, onClose, onPublished }: PublishDialogProps) {
  const { t } = useTranslation('packages');
  return (
    <Dialog wide title={t('publish.title')} isOpen={isOpen} onClose={onClose}>
      <Steps onClose={onClose} onPublished={onPublished} />
    </Dialog>
  );
}

interface Released {
  version: string;
  link: string;
}

const NOTHING: ReadSettings = { settings: {}, secretValues: {} };

function Steps({ onClose, onPublished }: Omit<PublishDialogProps, 'isOpen'>) {
  const [path, setPath] = useState('');
  const [tried, setTried] = useState(NOTHING);
  const [report, setReport] = useState<CheckReport>();
  const [released, setReleased] = useState<Released>();
  const name = report?.name ?? '';
  if (released) return <Done name={name} released={released} onClose={onClose} />;
  if (report?.ok)
    return (
      <Describe
        path={path}
        tried={tried}
        report={report}
        onBack={() => setReport(undefined)}
        onReleased={(done) => {
          setReleased(done);
          onPublished();
        }}
      />
    );
  return (
    <Choose
      key={Object.keys(report?.settings ?? {}).join(' ')}
      path={path}
      tried={tried}
      report={report}
      onPath={setPath}
      onReport={(found, given) => {
        setReport(found);
        setTried(given);
      }}
      onClose={onClose}
    />
  );
}

/** Which of the three steps this is. */
function Step({ at }: { at: 1 | 2 | 3 }) {
  const { t } = useTranslation('packages');
  return <p className={styles['soft']}>{t('publish.step', { at, of: 3 })}</p>;
}

interface ChooseProps {
  path: string;
  tried: ReadSettings;
  /** Of a check that was not passed. */
  report: CheckReport | undefined;
  onPath(path: string): void;
  onReport(report: CheckReport, tried: ReadSettings): void;
  onClose(): void;
}

function Choose({ onClose, onPath, onReport, path, report, tried }: ChooseProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const asked = withoutSecrets(report?.settings ?? {});
  const { control, handleSubmit } = useForm<SettingsForm>({
    defaultValues: { given: draftsOf(asked, tried.settings) },
    mode: 'onTouched',
  });
  const check = useCommand(async (signal, given: ReadSettings) => {
    onReport(await node['packages.check']({ path: path.trim(), ...given }, { signal }), given);
  });
  const submit = handleSubmit(({ given }) => check.run(readDrafts(asked, given)));
  return (
    <DialogForm
      stoppable
      command={{ ...check, run: () => submit().then(() => undefined) }}
      submit={report ? t('publish.again') : t('publish.check')}
      onCancel={onClose}
      ready={path.trim() !== ''}
    >
      <Step at={1} />
      <p>{t('publish.words')}</p>
      <TextField
        code
        required
        label={t('publish.path')}
        description={t('publish.pathHelp')}
        value={path}
        onChange={onPath}
      />
      <Init path={path.trim()} />
      {check.pending && <ProgressBar label={t('publish.checking')} />}
      {report && !check.pending && (
        <>
          <Note tone="warn">{t('publish.notYet')}</Note>
          <CheckResult report={report} />
        </>
      )}
      {Object.keys(asked).length > 0 && (
        <>
          <p>{t('publish.tryWith')}</p>
          <SettingsFields control={control} settings={asked} secretsSet={[]} />
        </>
      )}
    </DialogForm>
  );
}

/** Writes a manifest where there is none. */
function Init({ path }: { path: string }) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const [created, setCreated] = useState<readonly string[]>();
  const init = useCommand(async (signal) => {
    const answer = await node['packages.init']({ path }, { signal });
    setCreated(answer.created);
  });
  return (
    <details>
      <summary>{t('init.open')}</summary>
      <div className={styles['disclosed']}>
        <p>{t('init.words')}</p>
        <div>
          <Button size="small" command={init} isDisabled={path === ''} onPress={() => void init.run()}>
            {t('init.confirm')}
          </Button>
        </div>
        <div role="status">
          {created &&
            (created.length > 0 ? t('init.done', { files: created.join(', ') }) : t('init.nothing'))}
        </div>
        <FaultNote fault={init.fault} />
      </div>
    </details>
  );
}

interface DescribeProps {
  path: string;
  /** With what it passed its check. */
  tried: ReadSettings;
  report: CheckReport;
  onBack(): void;
  onReleased(released: Released): void;
}

function Describe({ onBack, onReleased, path, report, tried }: DescribeProps) {
  const { t } = useTranslation(['packages', 'common']);
  const node = useNode();
  const [notes, setNotes] = useState('');
  const [channel, setChannel] = useState<Channel>('stable');
  const publish = useNodeTask(async (signal) => {
    const wanted = { path: path.trim(), ...tried, channel, notes: notes.trim() };
    onReleased(await node['packages.publish'](wanted, { signal }));
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void publish.run();
      }}
    >
      <Step at={2} />
      <CheckResult report={report} />
      <TextField
        rows={4}
        label={t('publish.notes')}
        description={t('publish.notesHelp')}
        value={notes}
        onChange={setNotes}
        maxLength={MAX_NOTES}
      />
      <Select<Channel>
        label={t('channel.label')}
        description={t(`channel.${channel}Help`)}
        options={channels.map((value) => ({ value, label: t(`channel.${value}`) }))}
        value={channel}
        onChange={setChannel}
      />
      <Note>{t('publish.public')}</Note>
      <FaultNote fault={publish.fault} />
      <div className="form-actions">
        <Button onPress={publish.pending ? publish.cancel : onBack}>
          {t(publish.pending ? 'common:stop' : 'common:back')}
        </Button>
        <Button type="submit" look="primary" command={publish}>
          {t('publish.confirm', { version: report.version })}
        </Button>
      </div>
    </form>
  );
}

function Done({ name, onClose, released }: { name: string; released: Released; onClose(): void }) {
  const { t } = useTranslation('packages');
  return (
    <div className="form">
      <Step at={3} />
      <p role="status">{t('publish.done', { name, version: released.version })}</p>
      <p>{t('publish.stay')}</p>
      <CopyField label={t('link.label')} value={released.link} />
      <div className="form-actions">
        <Button look="primary" autoFocus onPress={onClose}>
          {t('publish.close')}
        </Button>
      </div>
    </div>
  );
}
