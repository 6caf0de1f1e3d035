import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientFile } from '#shared/features/clients/files.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { CodeBlock, CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { ProfileSelect } from './profile-select.tsx';

export interface ManualDialogProps {
  file: ClientFile;
  isOpen: boolean;
  onClose(): void;
}

/** What to write into a client's file, in its own format, ready to copy. */
export function ManualDialog({ file, isOpen, onClose }: ManualDialogProps) {
  const { t } = useTranslation('clients');
  return (
    <Dialog wide title={t('manual.title', { name: file.name })} isOpen={isOpen} onClose={onClose}>
      <Manual file={file} />
    </Dialog>
  );
}

function Manual({ file }: { file: ClientFile }) {
  const { t } = useTranslation('clients');
  const [profile, setProfile] = useState(file.profile ?? 'default');
  const [way, setWay] = useState<'stdio' | 'http'>('stdio');
  const { data, fault } = useQuery(
    (node, signal) => node['clients.manual']({ client: file.id, profile }, { signal }),
    [file.id, profile],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('connect.reading')} />;
  const { name } = file;
  const stdio = <CodeBlock label={t('manual.snippet', { name })} text={data.stdio} />;
  return (
    <Stack>
      <p>{t('manual.words')}</p>
      <ProfileSelect value={profile} onChange={setProfile} />
      <CopyField label={t('connect.file')} value={data.file} />
      {data.http === undefined ? (
        stdio
      ) : (
        <Tabs<'stdio' | 'http'>
          label={t('manual.ways', { name })}
          selected={way}
          onSelect={setWay}
          items={[
            { id: 'stdio', label: t('stdio.tab'), content: stdio },
            { id: 'http', label: t('http.tab'), content: <Http name={name} text={data.http} /> },
          ]}
        />
      )}
      <Note>{t(`effect.${file.takesEffect}`, { name })}</Note>
    </Stack>
  );
}

function Http({ name, text }: { name: string; text: string }) {
  const { t } = useTranslation('clients');
  return (
    <Stack>
      <CodeBlock label={t('manual.snippet', { name })} text={text} />
      <p>{t('manual.token')}</p>
    </Stack>
  );
}
