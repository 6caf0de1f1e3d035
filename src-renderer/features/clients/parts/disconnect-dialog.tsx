import { useTranslation } from 'react-i18next';
import type { ClientFile } from '#shared/features/clients/files.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { DiffLines } from './diff-lines.tsx';

export interface DisconnectDialogProps {
  file: ClientFile;
  isOpen: boolean;
  onClose(): void;
  onDone(): void;
}

export function DisconnectDialog({ file, isOpen, onClose, onDone }: DisconnectDialogProps) {
  const { t } = useTranslation('clients');
  const node = useNode();
  const toasts = useToasts();
  const { id: client, name } = file;
  return (
    <ConfirmDialog
      title={t('disconnect.title', { name })}
      isOpen={isOpen}
      onClose={onClose}
      confirmLabel={t('action.disconnect')}
      onConfirm={async () => {
        await node['clients.disconnect']({ client });
        toasts.say(t('disconnect.done', { name }));
        onDone();
      }}
    >
      <Removal file={file} />
    </ConfirmDialog>
  );
}

function Removal({ file }: { file: ClientFile }) {
  const { t } = useTranslation('clients');
  const { data, fault } = useQuery(
    (node, signal) => node['clients.planRemoval']({ client: file.id }, { signal }),
    [file.id],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('connect.reading')} />;
  return (
    <div className="form">
      <p>{t(data.change === 'restore' ? 'disconnect.restore' : 'disconnect.remove')}</p>
      <p>
        <bdi dir="ltr">{data.file}</bdi>
      </p>
      <DiffLines lines={data.lines} />
    </div>
  );
}
