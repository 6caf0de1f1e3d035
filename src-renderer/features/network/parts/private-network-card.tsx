import { Lock } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkView } from '#shared/features/p2p/joining.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Card } from '../../../ui/page.tsx';
import { networkChanged } from '../store.ts';

/** The private network that this node is in, or how to make one. */
export function PrivateNetworkCard({ network }: { network: NetworkView }) {
  const { t } = useTranslation('network');
  const node = useNode();
  const [asking, setAsking] = useState<'create' | 'leave'>();
  const close = () => setAsking(undefined);
  const name = network.network;
  return (
    <Card
      title={t('self.private')}
      lead={t('self.privateLead')}
      actions={
        name === undefined ? (
          <Button icon={Lock} onPress={() => setAsking('create')}>
            {t('self.create')}
          </Button>
        ) : (
          <Button look="danger" onPress={() => setAsking('leave')}>
            {t('self.leave')}
          </Button>
        )
      }
    >
      <p>{name === undefined ? t('self.privateOut') : t('self.privateIn', { name })}</p>
      <Dialog title={t('self.createTitle')} isOpen={asking === 'create'} onClose={close}>
        <CreateForm onDone={close} replaces={network.nextNetwork !== undefined} />
      </Dialog>
      <ConfirmDialog
        title={t('self.leaveTitle')}
        isOpen={asking === 'leave'}
        onClose={close}
        confirmLabel={t('self.leaveConfirm')}
        onConfirm={async () => {
          await node['network.leavePrivate']({});
          networkChanged();
        }}
      >
        <p>{t('self.leaveWords')}</p>
      </ConfirmDialog>
    </Card>
  );
}

/** @param replaces a network that was made but never entered gives way; nobody is in it. */
function CreateForm({ onDone, replaces }: { onDone(): void; replaces: boolean }) {
  const { t } = useTranslation(['network', 'common']);
  const node = useNode();
  const [name, setName] = useState('');
  const create = useCommand(async (signal) => {
    await node['network.createPrivate']({ name: name.trim(), changeNetwork: replaces }, { signal });
    networkChanged();
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void create.run();
      }}
    >
      <p>{t('self.createWords')}</p>
      <TextField label={t('self.name')} value={name} onChange={setName} required autoFocus />
      <FaultNote fault={create.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" isPending={create.pending} isDisabled={name.trim() === ''}>
          {t('self.createConfirm')}
        </Button>
      </div>
    </form>
  );
}
