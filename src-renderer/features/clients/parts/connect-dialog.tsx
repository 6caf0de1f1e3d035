import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientFile, ClientPlan } from '#shared/features/clients/files.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { DiffLines } from './diff-lines.tsx';
import { ProfileSelect } from './profile-select.tsx';
import sticky from './sticky.module.css';

export interface ConnectDialogProps {
  file: ClientFile;
  isOpen: boolean;
  onClose(): void;
  /** The file has changed: written, or taken back. */
  onChanged(connected: boolean): void;
}

export function ConnectDialog(props: ConnectDialogProps) {
  const { t } = useTranslation('clients');
  return (
    <Dialog
      wide
      title={t('connect.title', { name: props.file.name })}
      isOpen={props.isOpen}
      onClose={props.onClose}
    >
      <ConnectForm {...props} />
    </Dialog>
  );
}

/** Which file, what changes in it, where the copy goes; nothing is written before a person says so. */
function ConnectForm({ file, onClose, onChanged }: ConnectDialogProps) {
  const { t } = useTranslation(['clients', 'common']);
  const [profile, setProfile] = useState(file.profile ?? 'default');
  const client = file.id;
  const plan = useQuery(
    (node, signal) => node['clients.plan']({ client, profile }, { signal }),
    [client, profile],
  );
  const connect = useConnect(file, { onClose, onChanged });
  const isOutdated = connect.fault?.code === 'clients.file_changed';
  return (
    <div className="form">
      <ProfileSelect value={profile} onChange={setProfile} />
      <CopyField label={t('connect.file')} value={file.file} />
      {plan.data ? (
        <Plan plan={plan.data} name={file.name} />
      ) : (
        plan.loading && <Loading label={t('connect.reading')} />
      )}
      <FaultNote fault={connect.fault ?? plan.fault} />
      <div className={sticky['actions']}>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        {isOutdated ? (
          <Button
            onPress={() => {
              connect.clear();
              plan.reload();
            }}
          >
            {t('connect.again')}
          </Button>
        ) : (
          <Button
            look="primary"
            isDisabled={!plan.data || plan.data.change === 'none'}
            command={connect}
            onPress={() => void connect.run(profile, plan.data?.hash ?? '')}
          >
            {t('connect.confirm')}
          </Button>
        )}
      </div>
    </div>
  );
}

function useConnect(
  file: ClientFile,
  { onClose, onChanged }: Pick<ConnectDialogProps, 'onClose' | 'onChanged'>,
) {
  const { t } = useTranslation('clients');
  const node = useNode();
  const toasts = useToasts();
  const { id: client, name } = file;
  const undo = async () => {
    try {
      await node['clients.disconnect']({ client });
      toasts.say(t('disconnect.done', { name }));
      onChanged(false);
    } catch (error) {
      toasts.warn(error instanceof Error ? error.message : String(error));
    }
  };
  return useCommand(async (signal, profile: string, hash: string) => {
    await node['clients.connect']({ client, profile, hash }, { signal });
    toasts.say(t('connect.done', { name }), { label: t('connect.undo'), run: () => void undo() });
    onChanged(true);
    onClose();
  });
}

function Plan({ plan, name }: { plan: ClientPlan; name: string }) {
  const { t } = useTranslation('clients');
  const { change } = plan;
  if (change === 'none') return <Note>{t('connect.nothing')}</Note>;
  return (
    <>
      <p>{t(change === 'create' || change === 'replace' ? `connect.${change}` : 'connect.add')}</p>
      <DiffLines lines={plan.lines} />
      {plan.backup && <CopyField label={t('connect.backup')} value={plan.backup} />}
      <Note>{t(`effect.${plan.takesEffect}`, { name })}</Note>
    </>
  );
}
