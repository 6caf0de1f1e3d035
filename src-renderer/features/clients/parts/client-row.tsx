import { ClipboardList, Plug, PlugZap, Unplug, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientFile } from '#shared/features/clients/files.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useProof } from '../use-clients.ts';
import { Chain } from './chain.tsx';
import styles from './client-row.module.css';
import { ConnectDialog } from './connect-dialog.tsx';
import { DisconnectDialog } from './disconnect-dialog.tsx';
import { ManualDialog } from './manual-dialog.tsx';

export interface ClientRowProps {
  file: ClientFile;
  /** Something was written: the list is to be read again. */
  onChanged(): void;
  onProved?: ((client: string) => void) | undefined;
}

const tones: Record<ClientFile['entry'], Tone> = {
  present: 'ok',
  stale: 'warn',
  foreign: 'warn',
  absent: 'idle',
};

/** One AI client: whether it is connected, what can be done, and the way from it to a tool. */
export function ClientRow({ file, onChanged, onProved }: ClientRowProps) {
  const { t } = useTranslation('clients');
  const proof = useProof(file.id, onProved);
  const [open, setOpen] = useState<'connect' | 'disconnect' | 'manual'>();
  const close = () => setOpen(undefined);
  const isOurs = file.entry === 'present' || file.entry === 'stale';
  return (
    <li className={styles['row']}>
      <div className={styles['head']}>
        <div className={styles['words']}>
          <h3>{file.name}</h3>
          <p className={styles['path']}>
            <bdi dir="ltr">{file.file}</bdi>
          </p>
        </div>
        <Badge tone={file.problem ? 'bad' : tones[file.entry]}>
          {file.problem ? t('state.problem') : t(`state.${file.entry}`)}
        </Badge>
        <div className={styles['actions']}>
          {file.entry !== 'present' && !file.problem && (
            <Button
              look="primary"
              size="small"
              icon={isOurs ? Wrench : Plug}
              aria-label={`${t(isOurs ? 'action.repair' : 'action.connect')}: ${file.name}`}
              onPress={() => setOpen('connect')}
            >
              {t(isOurs ? 'action.repair' : 'action.connect')}
            </Button>
          )}
          {isOurs && <ProveButton name={file.name} proof={proof} />}
          {file.problem ? (
            <Button
              size="small"
              icon={ClipboardList}
              aria-label={t('action.manualfor', { name: file.name })}
              onPress={() => setOpen('manual')}
            >
              {t('action.manual')}
            </Button>
          ) : (
            <Menu
              label={t('action.more', { name: file.name })}
              actions={[
                {
                  id: 'manual',
                  label: t('action.manual'),
                  icon: ClipboardList,
                  run: () => setOpen('manual'),
                },
                ...(isOurs
                  ? [
                      {
                        id: 'disconnect',
                        label: t('action.disconnect'),
                        icon: Unplug,
                        danger: true,
                        run: () => setOpen('disconnect'),
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </div>
      </div>
      {file.problem && <FaultNote fault={{ ...file.problem, retryable: false }} />}
      {(isOurs || proof.hops.length > 0) && <Chain name={file.name} hops={proof.hops} />}
      {proof.command.fault && <FaultNote fault={proof.command.fault} />}
      <ConnectDialog
        file={file}
        isOpen={open === 'connect'}
        onClose={close}
        onChanged={(connected) => {
          onChanged();
          if (connected) void proof.command.run();
        }}
      />
      <DisconnectDialog file={file} isOpen={open === 'disconnect'} onClose={close} onDone={onChanged} />
      <ManualDialog file={file} isOpen={open === 'manual'} onClose={close} />
    </li>
  );
}

function ProveButton({ name, proof }: { name: string; proof: ReturnType<typeof useProof> }) {
  const { t } = useTranslation(['clients', 'common']);
  const { pending, run, cancel } = proof.command;
  return (
    <Button
      size="small"
      icon={PlugZap}
      {...(pending ? {} : { 'aria-label': t('action.provefor', { name }) })}
      onPress={() => (pending ? cancel() : void run())}
    >
      {pending ? t('common:stop') : t('action.prove')}
    </Button>
  );
}
