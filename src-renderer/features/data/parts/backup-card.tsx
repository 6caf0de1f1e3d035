import { HardDriveDownload } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import styles from '../data.module.css';

/** Shorter ones are guessed by a machine in an afternoon. */
const SHORTEST_PASSPHRASE = 10;

/** Everything that cannot be fetched again, into one encrypted file on the node's machine. */
export function BackupCard() {
  const { t } = useTranslation('data');
  const { data } = useQuery((node, signal) => node['recovery.suggest']({}, { signal }), []);
  return (
    <Card title={t('backup.title')} lead={t('backup.lead')}>
      {data && <BackupForm suggested={data.file} />}
    </Card>
  );
}

function BackupForm({ suggested }: { suggested: string }) {
  const { t } = useTranslation(['data', 'common']);
  const node = useNode();
  const format = useFormats();
  const [file, setFile] = useState(suggested);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [written, setWritten] = useState<{ file: string; bytes: number }>();
  const backup = useCommand(async (signal) => {
    setWritten(undefined);
    setWritten(await node['recovery.backup']({ file: file.trim(), passphrase }, { signal }));
    setPassphrase('');
    setAgain('');
    setTried(false);
  });
  const problems = problemsOf(passphrase, again);
  const submit = () => {
    setTried(true);
    if (!problems.short && !problems.different) void backup.run();
  };
  return (
    <form
      className={classes('form', styles['narrow'])}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        code
        required
        label={t('backup.file')}
        description={t('backup.fileHelp')}
        value={file}
        onChange={setFile}
      />
      <TextField
        required
        type="password"
        label={t('backup.passphrase')}
        description={t('backup.passphraseHelp')}
        value={passphrase}
        onChange={setPassphrase}
        error={tried && problems.short ? t('backup.short', { count: SHORTEST_PASSPHRASE }) : undefined}
      />
      <TextField
        required
        type="password"
        label={t('backup.again')}
        value={again}
        onChange={setAgain}
        error={tried && problems.different ? t('backup.different') : undefined}
      />
      <FaultNote fault={backup.fault} />
      <div role="status">
        {backup.pending && <ProgressBar label={t('backup.running')} />}
        {written && (
          <Note>
            {t('backup.written', { size: format.bytes(written.bytes) })} <code dir="ltr">{written.file}</code>
          </Note>
        )}
      </div>
      <div className="form-actions">
        {backup.pending && <Button onPress={backup.cancel}>{t('common:cancel')}</Button>}
        <Button type="submit" look="primary" icon={HardDriveDownload} command={backup}>
          {t('backup.now')}
        </Button>
      </div>
    </form>
  );
}

const problemsOf = (passphrase: string, again: string) => ({
  short: passphrase.length < SHORTEST_PASSPHRASE,
  different: passphrase !== again,
});
