import { Globe, Lock, LogOut, Pencil, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { LeftNetwork, NetworkItem } from '#shared/features/p2p/networks.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Card, Inline } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from '../network.module.css';
import { networkChanged } from '../store.ts';
import { useNetworkName } from './network-name.tsx';

/** The networks that this node is in, those that were just left, and how to make another. */
export function NetworksCard({ networks, left }: { networks: NetworkItem[]; left: LeftNetwork[] }) {
  const { t } = useTranslation('network');
  const [creating, setCreating] = useState(false);
  const close = () => setCreating(false);
  return (
    <Card
      title={t('nets.title')}
      lead={t('nets.lead')}
      actions={
        <Button icon={Lock} onPress={() => setCreating(true)}>
          {t('nets.create')}
        </Button>
      }
    >
      <List label={t('nets.title')}>
        {networks.map((network) => (
          <NetworkRow key={network.id} network={network} />
        ))}
        {left.map((network) => (
          <LeftRow key={network.id} network={network} />
        ))}
      </List>
      <Dialog title={t('nets.createTitle')} isOpen={creating} onClose={close}>
        <CreateForm onDone={close} />
      </Dialog>
    </Card>
  );
}

const tones: Record<NetworkItem['state'], Tone> = {
  running: 'ok',
  starting: 'waiting',
  off: 'off',
  failed: 'bad',
};

function NetworkRow({ network }: { network: NetworkItem }) {
  const { t } = useTranslation('network');
  const nameOf = useNetworkName();
  const { kind, fault, peers, shares, state } = network;
  const Icon = kind === 'public' ? Globe : Lock;
  return (
    <ListRow
      title={
        <span className={styles['network']}>
          <Icon aria-hidden size="1rem" />
          <bdi>{nameOf(network)}</bdi>
        </span>
      }
      sub={
        fault ? (
          fault.message
        ) : (
          <>
            {t('nets.peers', { count: peers })} · {t('nets.shares', { count: shares })}
          </>
        )
      }
      states={<Badge tone={tones[state]}>{t(`nets.state.${state}`)}</Badge>}
      actions={kind === 'public' ? <PublicActions network={network} /> : <PrivateActions network={network} />}
    />
  );
}

function InviteButton({ network }: { network: NetworkItem }) {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  const nameOf = useNetworkName();
  return (
    <Button
      size="small"
      icon={UserPlus}
      aria-label={t('nets.inviteInto', { name: nameOf(network) })}
      onPress={() => go(`/network/invite/${network.id}`)}
    >
      {t('nets.invite')}
    </Button>
  );
}

/** The setting, where a person looks for it. */
function PublicActions({ network }: { network: NetworkItem }) {
  const { t } = useTranslation('network');
  const node = useNode();
  const [asking, setAsking] = useState(false);
  const turn = useCommand(async (signal, value: boolean) => {
    await node['settings.set']({ key: 'p2p.public', value }, { signal });
    networkChanged();
  });
  if (network.state === 'off')
    return (
      <Button size="small" command={turn} onPress={() => void turn.run(true)}>
        {t('nets.switchOn')}
      </Button>
    );
  return (
    <>
      <InviteButton network={network} />
      <Menu
        label={t('nets.more', { name: t('nets.public') })}
        actions={[{ id: 'off', label: t('nets.switchOff'), icon: LogOut, run: () => setAsking(true) }]}
      />
      <ConfirmDialog
        title={t('nets.offTitle')}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('nets.offConfirm')}
        onConfirm={async () => {
          await node['settings.set']({ key: 'p2p.public', value: false });
          networkChanged();
        }}
      >
        <p>{t('nets.offWords')}</p>
      </ConfirmDialog>
    </>
  );
}

function PrivateActions({ network }: { network: NetworkItem }) {
  const { t } = useTranslation('network');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState<'leave' | 'rename'>();
  const close = () => setAsking(undefined);
  const { id, name } = network;
  const rejoin = async () => {
    await node['network.rejoinPrivate']({ network: id });
    networkChanged();
  };
  return (
    <>
      <InviteButton network={network} />
      <Menu
        label={t('nets.more', { name })}
        actions={[
          { id: 'rename', label: t('nets.rename'), icon: Pencil, run: () => setAsking('rename') },
          { id: 'leave', label: t('nets.leave'), icon: LogOut, danger: true, run: () => setAsking('leave') },
        ]}
      />
      <ConfirmDialog
        title={t('nets.leaveTitle', { name })}
        isOpen={asking === 'leave'}
        onClose={close}
        confirmLabel={t('nets.leaveConfirm')}
        onConfirm={async () => {
          await node['network.leavePrivate']({ network: id });
          toasts.say(t('nets.leftSaid', { name }), { label: t('nets.undo'), run: () => void rejoin() });
          networkChanged();
        }}
      >
        <p>{t('nets.leaveWords', { count: network.shares })}</p>
      </ConfirmDialog>
      <Dialog title={t('nets.renameTitle', { name })} isOpen={asking === 'rename'} onClose={close}>
        <RenameForm network={network} onDone={close} />
      </Dialog>
    </>
  );
}

function LeftRow({ network }: { network: LeftNetwork }) {
  const { t } = useTranslation('network');
  const format = useFormats();
  const node = useNode();
  const { id: wanted, name, until } = network;
  const change = useCommand(async (signal, what: 'rejoinPrivate' | 'forgetPrivate') => {
    await node[`network.${what}`]({ network: wanted }, { signal });
    networkChanged();
  });
  return (
    <ListRow
      title={<bdi>{name}</bdi>}
      sub={
        change.fault ? <FaultNote fault={change.fault} /> : t('nets.left', { when: format.dateTime(until) })
      }
      states={<Badge tone="off">{t('nets.state.left')}</Badge>}
      actions={
        <Inline>
          <Button size="small" command={change} onPress={() => void change.run('rejoinPrivate')}>
            {t('nets.rejoin')}
          </Button>
          <Button size="small" onPress={() => void change.run('forgetPrivate')}>
            {t('nets.forget')}
          </Button>
        </Inline>
      }
    />
  );
}

interface NameFormProps {
  words: string;
  confirm: string;
  first?: string;
  save(name: string, signal: AbortSignal): Promise<void>;
  onDone(): void;
}

function NameForm({ words, confirm, first = '', save, onDone }: NameFormProps) {
  const { t } = useTranslation(['network', 'common']);
  const [name, setName] = useState(first);
  const saving = useCommand(async (signal) => {
    await save(name.trim(), signal);
    networkChanged();
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void saving.run();
      }}
    >
      <p>{words}</p>
      <TextField label={t('nets.name')} value={name} onChange={setName} required autoFocus maxLength={64} />
      <FaultNote fault={saving.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={saving} isDisabled={name.trim() === ''}>
          {confirm}
        </Button>
      </div>
    </form>
  );
}

function CreateForm({ onDone }: { onDone(): void }) {
  const { t } = useTranslation('network');
  const node = useNode();
  const save = async (name: string, signal: AbortSignal) =>
    void (await node['network.createPrivate']({ name }, { signal }));
  return (
    <NameForm words={t('nets.createWords')} confirm={t('nets.createConfirm')} save={save} onDone={onDone} />
  );
}

function RenameForm({ network, onDone }: { network: NetworkItem; onDone(): void }) {
  const { t } = useTranslation('network');
  const node = useNode();
  const save = async (name: string, signal: AbortSignal) =>
    void (await node['network.renamePrivate']({ network: network.id, name }, { signal }));
  return (
    <NameForm
      words={t('nets.renameWords')}
      confirm={t('nets.renameConfirm')}
      first={network.name}
      save={save}
      onDone={onDone}
    />
  );
}
