import { Package, Pencil, Play, RotateCw, Square, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage } from '../package-of.ts';
import { EditServerDialog } from './edit-server-dialog.tsx';
import { ServerStateBadge } from './state-badge.tsx';

type Verb = 'start' | 'stop' | 'restart';
type Question = 'stop' | 'remove';

const isUp = (server: ServerView) =>
  server.state === 'running' || server.state === 'starting' || server.state === 'backoff';

export interface ServerActionsProps {
  server: ServerView;
  onRemoved(): void;
  onRenaming(to: string): void;
}

export function ServerActions({ server, onRemoved, onRenaming }: ServerActionsProps) {
  const { t } = useTranslation('servers');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState<Question>();
  const [editing, setEditing] = useState(false);
  const { name } = server;
  const act = useCommand(async (signal, verb: Verb) => {
    await node[`servers.${verb}`]({ name }, { signal });
    toasts.say(t(`did.${verb}`, { name }));
  });
  const remove = async () => {
    await node['servers.remove']({ name });
    toasts.say(t('did.remove', { name }));
    onRemoved();
  };
  return (
    <Stack>
      <Inline>
        <ServerStateBadge state={server.state} problem={server.problem} />
        {isUp(server) ? (
          <Button size="small" icon={Square} onPress={() => setAsking('stop')}>
            {t('stop.open')}
          </Button>
        ) : (
          <Button size="small" icon={Play} command={act} onPress={() => void act.run('start')}>
            {t('start')}
          </Button>
        )}
        <Button size="small" icon={RotateCw} command={act} onPress={() => void act.run('restart')}>
          {t('restart')}
        </Button>
        {server.transport.type === 'package' ? (
          <PackageButton id={server.transport.package} />
        ) : (
          <>
            <Button size="small" icon={Pencil} onPress={() => setEditing(true)}>
              {t('edit.open')}
            </Button>
            <Button size="small" look="quiet" icon={Trash2} onPress={() => setAsking('remove')}>
              {t('remove.open')}
            </Button>
          </>
        )}
      </Inline>
      <div aria-live="polite">{act.pending && <ProgressBar label={t('starting')} />}</div>
      <FaultNote fault={act.fault} />
      <EditServerDialog
        server={server}
        isOpen={editing}
        onClose={() => setEditing(false)}
        onRenaming={onRenaming}
      />
      <ConfirmDialog
        title={t('stop.title', { name })}
        isOpen={asking === 'stop'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('stop.confirm')}
        onConfirm={async () => {
          await node['servers.stop']({ name });
          toasts.say(t('did.stop', { name }));
        }}
      >
        <p>{t('stop.words')}</p>
      </ConfirmDialog>
      <ConfirmDialog
        title={t('remove.title', { name })}
        isOpen={asking === 'remove'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('remove.confirm')}
        onConfirm={remove}
      >
        <p>{t('remove.words')}</p>
      </ConfirmDialog>
    </Stack>
  );
}

/** What belongs to a package is changed and removed with it. */
function PackageButton({ id }: { id: string }) {
  const { t } = useTranslation('servers');
  const [, go] = useLocation();
  return (
    <Button size="small" icon={Package} onPress={() => go(addressOfPackage(id))}>
      {t('package.open')}
    </Button>
  );
}
